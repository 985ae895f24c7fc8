//! Server function for the viewer's events of security.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, users::security_events::OwnSecurityEvents},
};

/// What happened to the viewer's account in the last 90 days, newest first, 50 events at most.
#[server(prefix = "/rpc", endpoint = "get_security_events", input = GetUrl, output = Json)]
pub async fn get_security_events() -> Result<OwnSecurityEvents, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::security_events::own(&context, &viewer).await
}
