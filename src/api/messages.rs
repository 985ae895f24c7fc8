//! Server functions for messages of the viewer's conversations, read receipts, and polling for updates.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::{ConversationId, MessageId},
    messages::{Range, SendOutcome, reach::MessageReach, reactions::Reactor, receipts::ReadOutcome},
    positions::{Seq, SyncSeq, Version},
    sync::{
        changes::{OpenThread, Poll},
        pages::MessagePage,
    },
};

/// A page of messages, oldest first, and after them those of other pages that they reply to.
#[server(prefix = "/rpc", endpoint = "get_messages", input = GetUrl, output = Json)]
pub async fn get_messages(
    conversation_id: ConversationId,
    range: Option<Range>,
    limit: Option<i64>,
) -> Result<MessagePage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    let range = range.unwrap_or_default();
    domain::messages::page_with_quoted(&context, &viewer, conversation_id, range, limit).await
}

/// The messages with these places, which others reply to: those that are there and that the viewer may see.
#[server(prefix = "/rpc", endpoint = "get_quoted", output = Json)]
pub async fn get_quoted(conversation_id: ConversationId, places: Vec<Seq>) -> Result<MessagePage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::quoted::get(&context, &viewer, conversation_id, places).await
}

/// Stores a message under the id that the client made; `attached` is what it refers to and its files, as JSON. Idempotent: a
/// retry with the same id, text and attachments returns the first result.
#[server(prefix = "/rpc", endpoint = "send_message", output = Json)]
pub async fn send_message(
    message_id: MessageId,
    conversation_id: ConversationId,
    body: String,
    attached: Option<String>,
) -> Result<SendOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::messages::attached::NewAttached;
    let page = format!("/messages/{conversation_id}");
    let (context, viewer) = request::viewer_or_sign_in(&page)?;
    let attached = match attached.filter(|attached| !attached.is_empty()) {
        Some(attached) => serde_json::from_str(&attached)
            .map_err(|_| ApiError::invalid("attached", "What is attached can’t be read."))?,
        None => NewAttached::default(),
    };
    let sent =
        domain::messages::send_attached(&context, &viewer, conversation_id, message_id, body, attached)
            .await?;
    request::redirect_form_to(&page);
    Ok(sent)
}

/// How far one of the viewer's messages got to each of its recipients, and what was left out of it if it came by mail.
#[server(prefix = "/rpc", endpoint = "get_message_reach", input = GetUrl, output = Json)]
pub async fn get_message_reach(message_id: MessageId) -> Result<MessageReach, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::reach::of_message(&context, &viewer, message_id).await
}

/// Edits one of the viewer's messages, within 15 minutes. `seen_version` is the version that the viewer saw;
/// a conflict if the message has changed since.
#[server(prefix = "/rpc", endpoint = "edit_message", output = Json)]
pub async fn edit_message(
    message_id: MessageId,
    seen_version: Version,
    body: String,
) -> Result<SendOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::edit(&context, &viewer, message_id, seen_version, body).await
}

/// Deletes one of the viewer's messages, within 24 hours; a tombstone remains.
#[server(prefix = "/rpc", endpoint = "delete_message", output = Json)]
pub async fn delete_message(message_id: MessageId, seen_version: Version) -> Result<SendOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::delete(&context, &viewer, message_id, seen_version).await
}

/// Adds a reaction of the viewer's to a message, or takes it back. Idempotent.
#[server(prefix = "/rpc", endpoint = "react", output = Json)]
pub async fn react(message_id: MessageId, emoji: String, is_on: bool) -> Result<SendOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::reactions::change(&context, &viewer, message_id, &emoji, is_on).await
}

/// Who reacted to a message, with what.
#[server(prefix = "/rpc", endpoint = "get_reactions", input = GetUrl, output = Json)]
pub async fn get_reactions(message_id: MessageId) -> Result<Vec<Reactor>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::reactions::reactors(&context, &viewer, message_id).await
}

/// Marks everything up to this message as read. Monotonic, and clamped to the last message.
#[server(prefix = "/rpc", endpoint = "mark_as_read", output = Json)]
pub async fn mark_as_read(
    conversation_id: ConversationId,
    upto_seq: Seq,
    epoch: String,
) -> Result<ReadOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::receipts::mark_read(&context, &viewer, conversation_id, upto_seq, &epoch).await
}

/// The viewer's updates since a cursor (A6, A13). The cursor also acknowledges earlier updates, which marks
/// their messages as delivered.
#[server(prefix = "/rpc", endpoint = "poll_messages", input = GetUrl, output = Json)]
pub async fn poll_messages(
    epoch: String,
    since: SyncSeq,
    open: Option<OpenThread>,
) -> Result<Poll, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::sync::poll(&context, &viewer, &epoch, since, open).await
}

/// The number of the viewer's unread messages in all conversations.
#[server(prefix = "/rpc", endpoint = "get_unread_count", input = GetUrl, output = Json)]
pub async fn get_unread_count() -> Result<i64, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::receipts::unread_total(&context, &viewer).await
}
