//! Who is online, of those whom the viewer talks with.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;

use crate::shared::{errors::ApiError, ids::UserId, users::presence::Presence};

/// The presence of up to 60 people. Who shares no conversation with me is left out, just as
/// somebody who does not exist.
#[server(prefix = "/rpc", endpoint = "get_presence", input = GetUrl, output = Json)]
pub async fn get_presence(#[server(default)] user_ids: Vec<UserId>) -> Result<Vec<Presence>, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::presence::of(&context, &viewer, user_ids).await
}
