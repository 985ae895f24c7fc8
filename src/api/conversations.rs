//! Conversations of the viewer.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    conversations::Conversation,
    errors::ApiError,
    ids::{ConversationId, ListingId},
};
use crate::shared::{positions::ListedCursor, sync::pages::ConversationPage};

/// One page of my inbox, latest message first. `search` finds people and listings in any case;
/// `after` is the `next` of the page before.
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

/// The summary of one of my conversations.
#[server(prefix = "/rpc", endpoint = "get_conversation", input = GetUrl, output = Json)]
pub async fn get_conversation(conversation_id: ConversationId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::conversations::get(&context, &viewer, conversation_id).await
}

/// The one conversation between me and the host of a listing (A2). Posted as a plain form it
/// leads to the conversation's page, or to sign-in and back.
#[server(prefix = "/rpc", endpoint = "get_or_create_conversation", output = Json)]
pub async fn get_or_create_conversation(listing_id: ListingId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/listings/{listing_id}?contact=1"))?;
    let conversation = domain::conversations::get_or_create(&context, &viewer, listing_id).await?;
    request::redirect_form_to(&format!("/messages/{}", conversation.id));
    Ok(conversation)
}
