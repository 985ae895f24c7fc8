//! Messages: sending, editing and deleting one, reading a page of them, and the search in them.

mod attachments;
pub mod files;
mod mentions;
pub mod quoted;
pub mod reach;
pub mod reactions;
pub mod receipts;
pub mod search;
pub mod typing;

use super::failed;
use crate::server::store::messages::new_message::{AppendOutcome, NewMessage, hash_of, hash_with};
use crate::shared::{messages::body::check_body, users::rank::Rank, words};
use crate::shared::{positions::Version, sync::pages::MessagePage};
use crate::{
    server::{
        context::ContextInner,
        store::{
            conversations,
            messages::{
                self,
                edits::{self, Change, Edit, EditOutcome},
                system,
            },
            sync::positions,
        },
    },
    shared::{
        conversations::system_messages::{SYSTEM_NOTE_MAX_CHARS, SystemMessage},
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, MessageId},
        messages::{
            DELETE_WINDOW, EDIT_WINDOW, MESSAGES_PAGE, MESSAGES_PAGE_MAX, MessageKind, Range, SendOutcome,
            attached::{Attached, NewAttached},
        },
        users::Viewer,
        values::text,
    },
};

/// Stores a message and returns once its commit is on disk. Idempotent: sent again with the same id and text,
/// it gets the first answer again. The same id with another text is a conflict.
pub async fn send(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    body: String,
) -> Result<SendOutcome> {
    send_attached(context, viewer, conversation, id, body, NewAttached::default()).await
}

/// As [`send`], with what the message refers to.
pub async fn send_attached(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    body: String,
    attached: NewAttached,
) -> Result<SendOutcome> {
    check_message_id("id", id)?;
    store_message(context, viewer, conversation, id, body, attached).await
}

/// As [`send`], without a check of the id: that of a message that came by mail is derived from it, and of version 8.
pub(super) async fn store_message(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    body: String,
    attached: NewAttached,
) -> Result<SendOutcome> {
    let typed = text::unnormalised_block(&body);
    let is_wordless = !attached.files.is_empty() && body.trim().is_empty();
    let body = if is_wordless { String::new() } else { check_body(&body)? };
    let kind = MessageKind::Text;
    let column = attached.to_hashed();
    let first_hash = hash_with(kind, &body, column.as_deref());
    // The hash that a server had stored which did not normalise texts yet.
    let old_hash = Some(hash_of(kind, &typed)).filter(|old_hash| column.is_none() && *old_hash != first_hash);
    // Files are added as the server has them, when they become this message's.
    let refers = Attached { reply: attached.reply, files: Vec::new() }.to_column();
    let new = NewMessage { id, conversation, sender: viewer.id, kind, body, attached: refers, first_hash };
    let as_before = old_hash.map(|first_hash| NewMessage { first_hash, ..new.clone() });
    if let Err(too_fast) = context.limits.send(viewer.id) {
        // A retry of a stored message succeeds whatever the rate, so that the client can stop retrying.
        let found = context
            .store
            .read(move |mut conn| {
                Box::pin(async move { messages::new_message::find_existing(&mut conn, &new).await })
            })
            .await
            .map_err(failed)?;
        return sent(or_as_before(context, found.ok_or(too_fast)?, as_before).await?);
    }
    if let Some(stored) = attachments::check(context, &new, &attached).await? {
        return sent(stored);
    }
    let mentioned = mentions::mentioned(context, viewer, conversation, &new.body).await?;
    let now = context.clock.now();
    let appended = if !attached.files.is_empty() {
        files::sending::append(context, new, mentioned, attached.files, now).await?
    } else if mentioned.is_empty() {
        context.store.append(new, now).await
    } else {
        context
            .store
            .write(move |mut conn| {
                Box::pin(async move {
                    messages::mentions::append_with_mentions(&mut conn, new.clone(), &mentioned, now).await
                })
            })
            .await
    };
    sent(or_as_before(context, appended.map_err(failed)?, as_before).await?)
}

/// The answer to a send, which may be repeated from a time when texts were stored as they were typed.
async fn or_as_before(
    context: &ContextInner,
    outcome: AppendOutcome,
    as_before: Option<NewMessage>,
) -> Result<AppendOutcome> {
    let (AppendOutcome::Conflict, Some(new)) = (&outcome, as_before) else { return Ok(outcome) };
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { messages::new_message::find_existing(&mut conn, &new).await })
        })
        .await
        .map_err(failed)?;
    Ok(found.unwrap_or(outcome))
}

fn sent(appended: AppendOutcome) -> Result<SendOutcome> {
    match appended {
        AppendOutcome::Stored(message) => Ok(SendOutcome { message }),
        AppendOutcome::Conflict => Err(ApiError::conflict("Another message has this id.")),
        AppendOutcome::NotParticipant => Err(ApiError::not_found(Missing::Conversation)),
        AppendOutcome::Closed => Err(ApiError::forbidden(words::conversation_refused_closed())),
    }
}

/// Stores a system message with an operator's text in any conversation. For operators and their API tokens
/// only; the audit log records who did it. Idempotent by id and text.
pub async fn send_system(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    text: &str,
) -> Result<SendOutcome> {
    if viewer.rank == Rank::Member {
        return Err(ApiError::forbidden("Only an operator or admin may write system messages."));
    }
    check_message_id("id", id)?;
    let text = text::line("text", "The message", text, 1, SYSTEM_NOTE_MAX_CHARS)?;
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let appended = context
        .store
        .write(move |mut conn| {
            let event = SystemMessage::Note { text: text.clone() };
            Box::pin(async move { system::send(&mut conn, user, id, conversation, &event, now).await })
        })
        .await
        .map_err(failed)?;
    sent(appended)
}

/// Changes the text of one of the viewer's messages, within [`EDIT_WINDOW`]. `seen` is the version
/// that the viewer saw; a message that has changed since is not overwritten (conflict).
pub async fn edit(
    context: &ContextInner,
    viewer: &Viewer,
    id: MessageId,
    seen: Version,
    body: String,
) -> Result<SendOutcome> {
    let body = check_body(&body)?;
    change(context, viewer, id, seen, Change::Body(body), EDIT_WINDOW).await
}

/// Empties one of the viewer's messages, within [`DELETE_WINDOW`] from now: it stays as a tombstone.
pub async fn delete(
    context: &ContextInner,
    viewer: &Viewer,
    id: MessageId,
    seen: Version,
) -> Result<SendOutcome> {
    change(context, viewer, id, seen, Change::Deleted, DELETE_WINDOW).await
}

async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    message: MessageId,
    seen: Version,
    change: Change,
    window_micros: i64,
) -> Result<SendOutcome> {
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let edit = Edit { message, user, seen, change, sent_since: now.plus(-window_micros) };
    let edited = context
        .store
        .write(move |mut conn| Box::pin(async move { edits::edit(&mut conn, edit, now).await }))
        .await
        .map_err(failed)?;
    match edited {
        EditOutcome::Stored(message) => Ok(SendOutcome { message }),
        EditOutcome::NoMessage => Err(ApiError::not_found(Missing::Message)),
        EditOutcome::NotOwn => Err(ApiError::forbidden(words::message_refused_not_own())),
        EditOutcome::TooLate => Err(ApiError::conflict(words::message_refused_late())),
        EditOutcome::Changed => Err(ApiError::conflict(words::message_refused_changed())),
        EditOutcome::Closed => Err(ApiError::forbidden(words::conversation_refused_closed())),
    }
}

/// A page of one of the viewer's conversations, oldest message first, with its summary from the same
/// snapshot. `limit` is 1 to [`MESSAGES_PAGE_MAX`], otherwise [`MESSAGES_PAGE`].
pub async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    range: Range,
    limit: Option<i64>,
) -> Result<MessagePage> {
    page_or_with_quoted(context, viewer, id, range, limit, false).await
}

/// As [`page`], and after its messages those of before and after that they reply to.
pub async fn page_with_quoted(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    range: Range,
    limit: Option<i64>,
) -> Result<MessagePage> {
    page_or_with_quoted(context, viewer, id, range, limit, true).await
}

async fn page_or_with_quoted(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    range: Range,
    limit: Option<i64>,
    with_quoted: bool,
) -> Result<MessagePage> {
    let limit = limit.unwrap_or(MESSAGES_PAGE);
    if !(1..=MESSAGES_PAGE_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("A page has 1 to {MESSAGES_PAGE_MAX} messages.")));
    }
    let (user, epoch) = (viewer.id, context.epoch.clone());
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(conversation) = conversations::summary::get(&mut conn, user, id).await? else {
                    return Ok(None);
                };
                let (mut messages, reads) =
                    messages::pages::page(&mut conn, user, &conversation, range, limit).await?;
                if with_quoted {
                    let places = quoted::places(&messages);
                    messages
                        .extend(messages::pages::at_places(&mut conn, user, &conversation, &places).await?);
                }
                let head = positions::get(&mut conn, user).await?;
                Ok(Some(MessagePage { epoch, head, conversation, messages, reads }))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// Checks an id that a client chose for a message, or for the system message about a command: it must be UUID
/// v7.
pub(super) fn check_message_id(field: &str, id: MessageId) -> Result<()> {
    if id.0.get_version_num() == 7 {
        Ok(())
    } else {
        Err(ApiError::invalid(field, "A message's id is a UUID of version 7."))
    }
}
