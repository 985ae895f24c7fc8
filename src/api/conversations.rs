//! Server functions for the viewer's conversations.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    conversations::Conversation,
    errors::ApiError,
    ids::{ConversationId, ListingId, MessageId},
    positions::ListedCursor,
    sync::pages::ConversationPage,
};

/// One page of the viewer's inbox, latest message first. `search` matches names and listing titles, ignoring
/// case; `after` is the `next` of the previous page.
#[server(prefix = "/rpc", endpoint = "get_conversations", input = GetUrl, output = Json)]
pub async fn get_conversations(
    search: Option<String>,
    is_unread_only: bool,
    after: Option<ListedCursor>,
) -> Result<ConversationPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::list(&context, &viewer, search, is_unread_only, after).await
}

/// The summary of one of the viewer's conversations.
#[server(prefix = "/rpc", endpoint = "get_conversation", input = GetUrl, output = Json)]
pub async fn get_conversation(conversation_id: ConversationId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::get(&context, &viewer, conversation_id).await
}

/// The conversation that leads from a listing to its host: that of the viewer's newest open order, else the one about the
/// listing. `None` if there is none yet.
#[server(prefix = "/rpc", endpoint = "get_conversation_of_listing", input = GetUrl, output = Json)]
pub async fn get_conversation_of_listing(listing_id: ListingId) -> Result<Option<Conversation>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::find(&context, &viewer, listing_id).await
}

/// The same, created if it does not exist (A2).
#[server(prefix = "/rpc", endpoint = "get_or_create_conversation", output = Json)]
pub async fn get_or_create_conversation(listing_id: ListingId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::get_or_create(&context, &viewer, listing_id).await
}

/// Sends a message to the host of a listing, in the conversation that there is or together with a new one. Idempotent by
/// the message's id. A plain form post is redirected to the conversation's page, or to sign-in and back.
#[server(prefix = "/rpc", endpoint = "start_conversation", output = Json)]
pub async fn start_conversation(
    listing_id: ListingId,
    message_id: MessageId,
    body: String,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/listings/{listing_id}?contact=1"))?;
    let conversation = domain::conversations::start(&context, &viewer, listing_id, message_id, body).await?;
    request::redirect_form_to(&format!("/messages/{}", conversation.id));
    Ok(conversation)
}
