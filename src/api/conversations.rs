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
/// case; `after` is the `next` of the previous page. What is archived is found by a search alone.
#[server(prefix = "/rpc", endpoint = "get_conversations", input = GetUrl, output = Json)]
pub async fn get_conversations(
    search: Option<String>,
    is_unread_only: bool,
    after: Option<ListedCursor>,
) -> Result<ConversationPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    let is_search = search.as_ref().is_some_and(|search| !search.is_empty());
    let shelf = ((!is_search).then_some(false), None);
    domain::conversations::list_shelf(&context, &viewer, search, is_unread_only, shelf, after).await
}

/// One page of the viewer's archived conversations, or of those that are starred, latest message first.
#[server(prefix = "/rpc", endpoint = "get_shelf", input = GetUrl, output = Json)]
pub async fn get_shelf(is_starred: bool, after: Option<ListedCursor>) -> Result<ConversationPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    let shelf = if is_starred { (None, Some(true)) } else { (Some(true), None) };
    domain::conversations::list_shelf(&context, &viewer, None, false, shelf, after).await
}

/// Archives one of the viewer's conversations until the next message, or brings it back.
#[server(prefix = "/rpc", endpoint = "archive_conversation", output = Json)]
pub async fn archive_conversation(
    conversation_id: ConversationId,
    is_on: bool,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/archive")?;
    let done = domain::conversations::archive(&context, &viewer, conversation_id, is_on).await?;
    request::redirect_form_to("/archive");
    Ok(done)
}

/// Stars one of the viewer's conversations, or takes the star away.
#[server(prefix = "/rpc", endpoint = "star_conversation", output = Json)]
pub async fn star_conversation(
    conversation_id: ConversationId,
    is_on: bool,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/archive?view=starred")?;
    let done = domain::conversations::star(&context, &viewer, conversation_id, is_on).await?;
    request::redirect_form_to("/archive?view=starred");
    Ok(done)
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

/// Marks one of the viewer's conversations as unread, or takes the mark away.
#[server(prefix = "/rpc", endpoint = "mark_as_unread", output = Json)]
pub async fn mark_as_unread(conversation_id: ConversationId, is_on: bool) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::mark_unread(&context, &viewer, conversation_id, is_on).await
}
