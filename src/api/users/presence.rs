//! Server function for presence: which of the viewer's contacts are online.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, ids::UserId, users::presence::Presence},
};

/// The presence of up to 60 users. Users who share no conversation with the viewer are left out, as are
/// unknown ids.
#[server(prefix = "/rpc", endpoint = "get_presence", input = GetUrl, output = Json)]
pub async fn get_presence(#[server(default)] user_ids: Vec<UserId>) -> Result<Vec<Presence>, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::presence::of(&context, &viewer, user_ids).await
}
