//! `/api/conversations/{id}/messages` and `/api/messages`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::{
    SignedIn,
    problem::{Id, Input, Params, Problem},
};
use crate::{
    server::{
        domain::{changes, messages, receipts},
        node::Node,
    },
    shared::{
        changes::{Head, OpenThread, Poll},
        errors::ApiError,
        ids::{ConversationId, MessageId},
        messages::{Marked, MessagePage, Range, Sent, Seq, Version},
    },
};

#[derive(Deserialize)]
pub struct ListParams {
    before_seq: Option<Seq>,
    after_seq: Option<Seq>,
    around_seq: Option<Seq>,
    pub limit: Option<i64>,
}

impl ListParams {
    pub fn range(&self) -> Result<Range, ApiError> {
        match (self.before_seq, self.after_seq, self.around_seq) {
            (None, None, None) => Ok(Range::Newest),
            (Some(seq), None, None) => Ok(Range::BeforeSeq(seq)),
            (None, Some(seq), None) => Ok(Range::AfterSeq(seq)),
            (None, None, Some(seq)) => Ok(Range::AroundSeq(seq)),
            _ => Err(ApiError::invalid("before_seq", "Give one of before_seq, after_seq and around_seq.")),
        }
    }
}

/// A stretch of a conversation's messages, oldest first.
pub async fn list(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Params(params): Params<ListParams>,
) -> Result<Json<MessagePage>, Problem> {
    let range = params.range()?;
    Ok(Json(messages::page(&node, &viewer, id, range, params.limit).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Made by the client: a UUID of version 7.
    id: MessageId,
    body: String,
}

/// Stores a message; repeated with the same id and body it gives the first answer again.
pub async fn send(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Id(conversation): Id<ConversationId>,
    Input(new): Input<NewMessage>,
) -> Result<Json<Sent>, Problem> {
    Ok(Json(messages::send(&node, &viewer, conversation, new.id, new.body).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadUpto {
    upto_seq: Seq,
    epoch: String,
}

/// Says that I have seen everything up to a message.
pub async fn mark_read(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Id(conversation): Id<ConversationId>,
    Input(read): Input<ReadUpto>,
) -> Result<Json<Marked>, Problem> {
    Ok(Json(receipts::mark_read(&node, &viewer, conversation, read.upto_seq, &read.epoch).await?))
}

#[derive(Deserialize)]
pub struct PollParams {
    #[serde(default)]
    epoch: String,
    #[serde(default)]
    since: Head,
    /// A conversation on screen and its version, to get its messages along.
    conversation: Option<ConversationId>,
    version: Option<Version>,
}

/// What is new for me since a cursor (A6).
pub async fn poll(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<PollParams>,
) -> Result<Json<Poll>, Problem> {
    let open = params
        .conversation
        .map(|conversation| OpenThread { conversation, version: params.version.unwrap_or_default() });
    Ok(Json(changes::poll(&node, &viewer, &params.epoch, params.since, open).await?))
}

#[derive(Serialize)]
pub struct UnreadCount {
    unread: i64,
}

/// My unread messages in all conversations (A6).
pub async fn unread_count(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
) -> Result<Json<UnreadCount>, Problem> {
    Ok(Json(UnreadCount { unread: receipts::unread_total(&node, &viewer).await? }))
}
