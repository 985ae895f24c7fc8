//! Messages: sending one, and reading a stretch of them.

pub mod receipts;
pub mod typing;

use super::failed;
use crate::shared::{messages::body::check_body, users::rank::Rank};
use crate::shared::{positions::Version, sync::pages::MessagePage};
use crate::{
    server::{
        context::ContextInner,
        store::{
            conversations,
            messages::{
                self, Appended, NewMessage,
                edits::{self, Change, Edit, Edited},
                hash_of, system,
            },
            rooms,
            sync::positions,
        },
    },
    shared::{
        conversations::rooms::{MENTION, MENTIONED_MAX, mentions},
        errors::{ApiError, Result},
        ids::{ConversationId, MessageId, UserId},
        messages::{DELETE_WITHIN, EDIT_WITHIN, MESSAGES_MAX, MESSAGES_PAGE, MessageKind, Range, Sent},
        system_messages::{NOTE_MAX_CHARS, SystemMessage},
        users::Viewer,
        values::text,
    },
};

/// Stores a message and answers once it is on disk. Sent again with the same id and text, it
/// gets the first answer again; with another text the id is taken.
pub async fn send(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    body: String,
) -> Result<Sent> {
    check_message_id("message_id", id)?;
    let body = check_body(&body)?;
    let kind = MessageKind::Text;
    let first_hash = hash_of(kind, &body);
    let new = NewMessage { id, conversation, sender: viewer.id, kind, body, first_hash };
    if let Err(too_fast) = context.limits.send(viewer.id) {
        // Whose id is known is answered whatever the rate, and the same.
        let found = context
            .store
            .read(move |mut conn| Box::pin(async move { messages::known(&mut conn, &new).await }))
            .await
            .map_err(failed)?;
        return sent(found.ok_or(too_fast)?);
    }
    let mentioned = mentioned(context, viewer, conversation, &new.body).await?;
    let now = context.clock.now();
    let appended = if mentioned.is_empty() {
        context.store.append(new, now).await
    } else {
        context
            .store
            .write(move |mut conn| {
                Box::pin(
                    async move { messages::append_mentioning(&mut conn, new.clone(), &mentioned, now).await },
                )
            })
            .await
    };
    sent(appended.map_err(failed)?)
}

fn sent(appended: Appended) -> Result<Sent> {
    match appended {
        Appended::Stored(message) => Ok(Sent { message }),
        Appended::Conflict => Err(ApiError::conflict("Another message has this id.")),
        Appended::NotParticipant => Err(ApiError::not_found("conversation")),
    }
}

/// Who of a room a text names, [`MENTIONED_MAX`] at most; in other conversations nobody.
async fn mentioned(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    body: &str,
) -> Result<Vec<UserId>> {
    if !body.contains(MENTION) {
        return Ok(Vec::new());
    }
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { rooms::people(&mut conn, user, conversation).await }))
        .await
        .map_err(failed)?;
    let people = found.map_or_else(Vec::new, |found| found.people);
    let others = people.into_iter().map(|other| other.person).filter(|person| person.id != user);
    let body = text::folded(body);
    let named = others.filter(|person| mentions(&body, &person.name)).map(|person| person.id);
    Ok(named.take(MENTIONED_MAX).collect())
}

/// Says something in nobody's name in any conversation, as the marketplace's staff and its programs do; it
/// is kept in the audit log who did. Repeated with the same id and text it gives the first answer again.
pub async fn send_system(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    text: &str,
) -> Result<Sent> {
    if viewer.rank == Rank::Member {
        return Err(ApiError::not_found("conversation"));
    }
    check_message_id("id", id)?;
    let text = text::line("text", "The message", text, 1, NOTE_MAX_CHARS)?;
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let said = context
        .store
        .write(move |mut conn| {
            let event = SystemMessage::Note { text: text.clone() };
            Box::pin(async move { system::say(&mut conn, user, id, conversation, &event, now).await })
        })
        .await
        .map_err(failed)?;
    sent(said)
}

/// Changes the text of one of the viewer's messages, within [`EDIT_WITHIN`]. `seen` is the version
/// that he saw; one that has changed since is not overwritten.
pub async fn edit(
    context: &ContextInner,
    viewer: &Viewer,
    id: MessageId,
    seen: Version,
    body: String,
) -> Result<Sent> {
    let body = check_body(&body)?;
    change(context, viewer, id, seen, Change::Body(body), EDIT_WITHIN).await
}

/// Empties one of the viewer's messages, within [`DELETE_WITHIN`]; its place stays, with a mark.
pub async fn delete(context: &ContextInner, viewer: &Viewer, id: MessageId, seen: Version) -> Result<Sent> {
    change(context, viewer, id, seen, Change::Deleted, DELETE_WITHIN).await
}

async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    message: MessageId,
    seen: Version,
    change: Change,
    within: i64,
) -> Result<Sent> {
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let edit = Edit { message, user, seen, change, sent_since: now.plus(-within) };
    let edited = context
        .store
        .write(move |mut conn| Box::pin(async move { edits::edit(&mut conn, edit, now).await }))
        .await
        .map_err(failed)?;
    match edited {
        Edited::Stored(message) => Ok(Sent { message }),
        Edited::NoMessage => Err(ApiError::not_found("message")),
        Edited::NotOwn => Err(ApiError::forbidden("You can change your own messages only.")),
        Edited::TooLate => Err(ApiError::conflict("It is too late to change this message.")),
        Edited::Changed => Err(ApiError::conflict("This message has changed since. Look at it again.")),
    }
}

/// A stretch of one of the viewer's conversations, oldest first, with its summary at the same
/// moment. `limit` is 1 to [`MESSAGES_MAX`], otherwise [`MESSAGES_PAGE`].
pub async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    range: Range,
    limit: Option<i64>,
) -> Result<MessagePage> {
    let limit = limit.unwrap_or(MESSAGES_PAGE);
    if !(1..=MESSAGES_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("A page has 1 to {MESSAGES_MAX} messages.")));
    }
    let (user, epoch) = (viewer.id, context.epoch.clone());
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(conversation) = conversations::get(&mut conn, user, id).await? else {
                    return Ok(None);
                };
                let (messages, reads) = messages::page(&mut conn, user, &conversation, range, limit).await?;
                let head = positions::get(&mut conn, user).await?;
                Ok(Some(MessagePage { epoch, head, conversation, messages, reads }))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("conversation"))
}

/// An id that a client made for a message, or for the message that tells of a command.
pub(super) fn check_message_id(field: &str, id: MessageId) -> Result<()> {
    if id.0.get_version_num() == 7 {
        Ok(())
    } else {
        Err(ApiError::invalid(field, "A message's id is a UUID of version 7."))
    }
}
