//! Server function for contacts: a person whom the viewer shares a conversation with.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{conversations::contact::Contact, errors::ApiError, ids::UserId},
};

/// A contact with their open listings, and the orders between them and the viewer. A user who shares no conversation
/// with the viewer is not found.
#[server(prefix = "/rpc", endpoint = "get_contact", input = GetUrl, output = Json)]
pub async fn get_contact(user_id: UserId) -> Result<Contact, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::contact::get(&context, &viewer, user_id).await
}
