//! Endpoints of messages: `/api/conversations/{id}/messages` and `/api/messages`.

use axum::{Extension, Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    SignedIn,
    problem::{Id, Input, Params, Problem},
    responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
};
use crate::{
    server::{
        auth::access::Access,
        context::Context,
        domain::{
            messages::{self, reactions, receipts},
            orders, sync,
        },
    },
    shared::{
        errors::ApiError,
        ids::{ConversationId, MessageId},
        messages::{Range, SendOutcome, attached::NewAttached, reactions::Reactor, receipts::ReadOutcome},
        orders::code::OrderKey,
        positions::{Seq, SyncSeq, Version},
        sync::{
            changes::{OpenThread, Poll},
            pages::MessagePage,
        },
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// The page that ends just before this message. One of the three at most; without any, the newest.
    before_seq: Option<Seq>,
    /// The page that starts just after this message.
    after_seq: Option<Seq>,
    /// The page with this message in its middle.
    around_seq: Option<Seq>,
    /// 50 unless said otherwise. A page holds 48 KiB of text at most, but at least one message.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

impl ListParams {
    /// The range to read; `invalid` if more than one position is given.
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
#[utoipa::path(get, path = "/api/conversations/{id}/messages", params(("id" = ConversationId, Path), ListParams),
    responses((status = 200, body = MessagePage), Always, NotFound, Invalid))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Params(params): Params<ListParams>,
) -> Result<Json<MessagePage>, Problem> {
    let range = params.range()?;
    Ok(Json(messages::page(&context, &viewer, id, range, params.limit).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Made by the client: a UUID of version 7.
    pub id: MessageId,
    /// At most 40,000 bytes of UTF-8; no control characters but tab and new line.
    #[schema(max_length = 10_000)]
    pub body: String,
    /// A message with files may have an empty body.
    #[serde(default, deserialize_with = "NewAttached::of_object")]
    pub attached: NewAttached,
}

/// Stores a message; repeated with the same id, body and attachments it gives the first answer again.
#[utoipa::path(post, path = "/api/conversations/{id}/messages", params(("id" = ConversationId, Path)),
    request_body = NewMessage, responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn send(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(conversation): Id<ConversationId>,
    Input(new): Input<NewMessage>,
) -> Result<Json<SendOutcome>, Problem> {
    Ok(Json(messages::send_attached(&context, &viewer, conversation, new.id, new.body, new.attached).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpto {
    /// The last message that was on screen.
    upto_seq: Seq,
    /// The history that this `seq` is of, as pages and polls name it.
    epoch: String,
}

/// Says that I have seen everything up to a message.
#[utoipa::path(post, path = "/api/conversations/{id}/read", params(("id" = ConversationId, Path)),
    request_body = ReadUpto, responses((status = 200, body = ReadOutcome), Always, Storing, NotFound, Conflict))]
pub async fn mark_read(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(conversation): Id<ConversationId>,
    Input(read): Input<ReadUpto>,
) -> Result<Json<ReadOutcome>, Problem> {
    Ok(Json(receipts::mark_read(&context, &viewer, conversation, read.upto_seq, &read.epoch).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PollParams {
    /// The history that the cursor is of.
    #[serde(default)]
    epoch: String,
    /// My head, up to which everything is applied.
    #[serde(default)]
    since: SyncSeq,
    /// A conversation on screen, to get its messages along.
    conversation: Option<ConversationId>,
    /// The version of that conversation up to which I have its messages.
    version: Option<Version>,
}

/// What is new for me since a cursor. It also counts as a delivery receipt up to there, unless it comes with a token
/// without the scope write.
#[utoipa::path(get, path = "/api/messages/poll", params(PollParams),
    responses((status = 200, body = Poll), Always, Invalid))]
pub async fn poll(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Extension(access): Extension<Access>,
    Params(params): Params<PollParams>,
) -> Result<Json<Poll>, Problem> {
    let open = params
        .conversation
        .map(|conversation| OpenThread { conversation, version: params.version.unwrap_or_default() });
    Ok(Json(if access.may_write() {
        sync::poll(&context, &viewer, &params.epoch, params.since, open).await?
    } else {
        sync::poll_without_receipt(&context, &viewer, &params.epoch, params.since, open).await?
    }))
}

#[derive(Serialize, ToSchema)]
pub struct UnreadCount {
    unread: i64,
}

/// My unread messages in all conversations.
#[utoipa::path(get, path = "/api/messages/unread-count", responses((status = 200, body = UnreadCount), Always))]
pub async fn unread_count(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
) -> Result<Json<UnreadCount>, Problem> {
    Ok(Json(UnreadCount { unread: receipts::unread_total(&context, &viewer).await? }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// The version that I saw; one that has changed since is not overwritten.
    seen_version: Version,
    /// As of a new message.
    #[schema(min_length = 1, max_length = 10_000)]
    body: String,
}

/// Changes the text of one of my messages, within 15 minutes.
#[utoipa::path(patch, path = "/api/messages/{id}", params(("id" = MessageId, Path)), request_body = NewText,
    responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn edit(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<MessageId>,
    Input(new): Input<NewText>,
) -> Result<Json<SendOutcome>, Problem> {
    Ok(Json(messages::edit(&context, &viewer, id, new.seen_version, new.body).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteParams {
    /// The version that I saw; one that has changed since is not deleted.
    seen_version: Version,
}

/// Empties one of my messages, within 24 hours; its place stays, with a mark.
#[utoipa::path(delete, path = "/api/messages/{id}", params(("id" = MessageId, Path), DeleteParams),
    responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn delete(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<MessageId>,
    Params(params): Params<DeleteParams>,
) -> Result<Json<SendOutcome>, Problem> {
    Ok(Json(messages::delete(&context, &viewer, id, params.seen_version).await?))
}

/// Adds a reaction of mine to a message; repeated, it changes nothing.
#[utoipa::path(put, path = "/api/messages/{id}/reactions/{emoji}",
    params(("id" = MessageId, Path), ("emoji" = String, Path, description = "One emoji, percent-encoded.")),
    responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn add_reaction(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id((id, emoji)): Id<(MessageId, String)>,
) -> Result<Json<SendOutcome>, Problem> {
    Ok(Json(reactions::change(&context, &viewer, id, &emoji, true).await?))
}

/// Takes a reaction of mine back; repeated, it changes nothing.
#[utoipa::path(delete, path = "/api/messages/{id}/reactions/{emoji}",
    params(("id" = MessageId, Path), ("emoji" = String, Path, description = "One emoji, percent-encoded.")),
    responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn remove_reaction(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id((id, emoji)): Id<(MessageId, String)>,
) -> Result<Json<SendOutcome>, Problem> {
    Ok(Json(reactions::change(&context, &viewer, id, &emoji, false).await?))
}

/// Who reacted to a message, with what: the first 500.
#[utoipa::path(get, path = "/api/messages/{id}/reactions", params(("id" = MessageId, Path)),
    responses((status = 200, body = Vec<Reactor>), Always, NotFound))]
pub async fn reactors(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<MessageId>,
) -> Result<Json<Vec<Reactor>>, Problem> {
    Ok(Json(reactions::reactors(&context, &viewer, id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSystemMessage {
    /// Made by the client: a UUID of version 7.
    id: MessageId,
    /// Where it is said; or the order.
    conversation_id: Option<ConversationId>,
    /// The id or code of the order in whose conversation it is said.
    order: Option<String>,
    /// Said word for word, on one line.
    #[schema(min_length = 1, max_length = 300)]
    text: String,
}

/// Says something in nobody's name, like "Payment received"; for operators and for programs with the
/// scope `system` (D4).
#[utoipa::path(post, path = "/api/messages/system", request_body = NewSystemMessage,
    responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn send_system(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewSystemMessage>,
) -> Result<Json<SendOutcome>, Problem> {
    let conversation = match (new.conversation_id, new.order) {
        (Some(id), None) => id,
        (None, Some(order)) => orders::get(&context, &viewer, &OrderKey::parse(&order)?).await?.conversation,
        _ => return Err(Problem(ApiError::invalid("order", "Give one of conversation_id and order."))),
    };
    Ok(Json(messages::send_system(&context, &viewer, conversation, new.id, &new.text).await?))
}
