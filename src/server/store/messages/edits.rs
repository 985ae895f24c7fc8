//! Edits and deletions of messages, by their sender or because the sender has closed their account. A deleted message stays as a tombstone: its row and `seq` never go.

use uuid::Uuid;

use super::{
    files,
    pages::get_visible,
    reactions,
    row::{MessageRow, by_id, select_message},
};
use crate::{
    server::store::{Conn, Result, engine::locks, on, orders::desk, sync::positions, users::blocks},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, MessageId, UserId},
        messages::{Message, MessageKind},
        positions::{Seq, Version},
        values::time::Timestamp,
    },
};

/// A change of a message.
#[derive(Clone)]
pub enum Change {
    Body(String),
    Deleted,
}

#[derive(Clone)]
pub struct Edit {
    pub message: MessageId,
    pub user: UserId,
    /// The version that the user saw (optimistic concurrency): a message that changed since is not
    /// overwritten.
    pub seen: Version,
    pub change: Change,
    /// Messages sent before this can't be changed any more.
    pub sent_since: Timestamp,
}

/// Answer to an edit or a deletion.
pub enum EditOutcome {
    /// The message after the change. Also the answer to a repeated command.
    Stored(Message),
    /// The user can see no such message.
    NoMessage,
    NotOwn,
    TooLate,
    /// The message has changed since the user saw it, or is deleted.
    Changed,
    /// Nobody can write in its conversation any more.
    Closed,
}

/// Edits or deletes a message of this user. Idempotent: a repeated command writes nothing.
pub async fn edit(conn: &mut Conn<'_>, edit: Edit, now: Timestamp) -> Result<EditOutcome> {
    locks::conversation_of(conn, edit.message).await?;
    let Some(message) = get_visible(conn, edit.user, edit.message).await? else {
        return Ok(EditOutcome::NoMessage);
    };
    if message.sender != Some(edit.user) || message.kind != MessageKind::Text {
        return Ok(EditOutcome::NotOwn);
    }
    let stands = match &edit.change {
        Change::Body(body) => message.deleted_at.is_none() && message.body == *body,
        Change::Deleted => message.deleted_at.is_some(),
    };
    if stands {
        return Ok(EditOutcome::Stored(message));
    }
    if message.deleted_at.is_some() || !is_text_seen(conn, &message, edit.seen).await? {
        return Ok(EditOutcome::Changed);
    }
    // What was said can be taken back all the same.
    if matches!(edit.change, Change::Body(_)) && blocks::is_closed(conn, message.conversation).await? {
        return Ok(EditOutcome::Closed);
    }
    if message.created_at < edit.sent_since {
        return Ok(EditOutcome::TooLate);
    }
    let version = raise_version(conn, &message, matches!(edit.change, Change::Deleted)).await?;
    let changed = match edit.change {
        Change::Body(body) => Message { body, version, edited_at: Some(now), ..message },
        Change::Deleted => Message {
            body: String::new(),
            version,
            deleted_at: Some(now),
            attached: Default::default(),
            reactions: Default::default(),
            ..message
        },
    };
    on!(conn, c => sqlx::query("UPDATE messages SET body = $2, version = $3, edited_at = $4, deleted_at = $5, \
         text_version = NULL, attached = CASE WHEN $5 IS NULL THEN attached END, \
         reactions = CASE WHEN $5 IS NULL THEN reactions END WHERE id = $1")
        .bind(changed.id.0).bind(&changed.body).bind(changed.version).bind(changed.edited_at.map(|at| at.0))
        .bind(changed.deleted_at.map(|at| at.0)).execute(&mut **c).await?.rows_affected());
    if changed.deleted_at.is_some() {
        files::removal::of_message(conn, &changed, now).await?;
        reactions::delete_all(conn, changed.id).await?;
        forget_unread(conn, &changed).await?;
        desk::recount_unread(conn, changed.conversation).await?;
    }
    positions::raise_all(conn, changed.conversation).await?;
    Ok(EditOutcome::Stored(changed))
}

/// Takes a message of another down, for the staff: a tombstone like a deleted one. The caller has locked its conversation and the
/// heads of who is in it.
pub async fn hide(conn: &mut Conn<'_>, id: MessageId, now: Timestamp) -> Result<()> {
    let found = by_id(conn, id).await?.map(MessageRow::into_message);
    let Some(message) = found.filter(|message| message.deleted_at.is_none()) else { return Ok(()) };
    let version = raise_version(conn, &message, true).await?;
    on!(conn, c => sqlx::query("UPDATE messages SET body = '', attached = NULL, version = $2, deleted_at = $3 WHERE id = $1")
        .bind(id.0).bind(version).bind(now.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM mail_remainders WHERE message_id = $1").bind(id.0).execute(&mut **c).await?.rows_affected());
    files::removal::of_message(conn, &message, now).await?;
    reactions::delete_all(conn, id).await?;
    forget_unread(conn, &message).await?;
    desk::recount_unread(conn, message.conversation).await?;
    positions::raise_locked(conn, &[message.conversation.0]).await
}

/// Whether this version of the message had the text that it has now: reactions may have raised it since.
async fn is_text_seen(conn: &mut Conn<'_>, message: &Message, seen: Version) -> Result<bool> {
    if seen >= message.version {
        return Ok(seen == message.version);
    }
    let text: Version = on!(conn, c => sqlx::query_scalar(
        "SELECT COALESCE(text_version, version) FROM messages WHERE id = $1")
        .bind(message.id.0).fetch_one(&mut **c).await?);
    Ok(seen >= text)
}

async fn raise_version(conn: &mut Conn<'_>, message: &Message, is_deletion: bool) -> Result<Version> {
    let (version, is_of_order): (Version, bool) = on!(conn, c => sqlx::query_as(
        "UPDATE conversations SET version = version + 1, visible = visible - $2 WHERE id = $1 \
         RETURNING version, order_id IS NOT NULL")
        .bind(message.conversation.0).bind(i64::from(is_deletion)).fetch_one(&mut **c).await?);
    conn.updates.has_order |= is_of_order;
    Ok(version)
}

/// Lowers the unread count of participants who had not read it.
async fn forget_unread(conn: &mut Conn<'_>, message: &Message) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = unread - 1 WHERE conversation_id = $1 AND read_seq < $2 AND from_seq <= $2 \
         AND left_at IS NULL AND unread > 0 AND user_id <> $3")
        .bind(message.conversation.0).bind(message.seq).bind(message.sender.map_or(Uuid::nil(), |user| user.0))
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// What is taken out of a conversation when a participant has closed their account.
#[derive(Clone, Copy)]
pub struct Erased<'a> {
    pub user: UserId,
    /// Whether their texts go. Otherwise only their name does.
    pub with_texts: bool,
    /// In place of theirs in system messages.
    pub name: &'a str,
}

/// Messages that one transaction looks at, and changes at most.
const LOOKED_AT: i64 = 2_000;
const ERASED_MAX: i64 = 100;

/// Deletes a user's texts and takes their name out of system messages, of the messages after `after`. All participants'
/// sync positions are raised once. Returns how far it came; `None` at the end of the conversation.
pub async fn erase(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    after: Seq,
    erased: Erased<'_>,
    now: Timestamp,
) -> Result<Option<Seq>> {
    locks::conversation(conn, conversation).await?;
    let (floor, last): (Seq, Seq) = on!(conn, c => sqlx::query_as(
        "SELECT floor_seq, last_seq FROM conversations WHERE id = $1").bind(conversation.0).fetch_one(&mut **c).await?);
    let from = after.max(floor);
    let reacted: Vec<MessageRow> = on!(conn, c => sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 AND $5 AND reactions IS NOT NULL AND EXISTS \
         (SELECT 1 FROM reactions r WHERE r.message_id = messages.id AND r.user_id = $4) ORDER BY seq LIMIT $6"))
        .bind(conversation.0).bind(from).bind(from + LOOKED_AT).bind(erased.user.0).bind(erased.with_texts)
        .bind(ERASED_MAX).fetch_all(&mut **c).await?);
    let upto = match reacted.last().filter(|_| reacted.len() as i64 == ERASED_MAX) {
        Some(row) => row.seq,
        None => from + LOOKED_AT,
    };
    let rows: Vec<MessageRow> = on!(conn, c => sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 AND deleted_at IS NULL \
         AND ((kind = 'text' AND sender_id = $4 AND $5) OR (kind = 'system' AND body LIKE $6)) ORDER BY seq LIMIT $7"))
        .bind(conversation.0).bind(from).bind(upto).bind(erased.user.0).bind(erased.with_texts)
        .bind(format!("%{}%", erased.user.0)).bind(ERASED_MAX).fetch_all(&mut **c).await?);
    let come = match rows.last().filter(|_| rows.len() as i64 == ERASED_MAX) {
        Some(row) => row.seq,
        None => upto,
    };
    let (mut is_changed, mut is_deleted) = (false, false);
    for message in reacted.into_iter().filter(|row| row.seq <= come).map(MessageRow::into_message) {
        reactions::delete_of(conn, &message, erased.user).await?;
        is_changed = true;
    }
    for message in rows.into_iter().map(MessageRow::into_message) {
        if message.kind == MessageKind::Text {
            let version = raise_version(conn, &message, true).await?;
            // Nobody can send it again, so its hash, by which a short text could be guessed, goes with it.
            on!(conn, c => sqlx::query("UPDATE messages SET body = '', attached = NULL, reactions = NULL, text_version = NULL, \
                 first_hash = $4, version = $2, deleted_at = $3 WHERE id = $1")
                .bind(message.id.0).bind(version).bind(now.0).bind(&[][..] as &[u8]).execute(&mut **c).await?.rows_affected());
            reactions::delete_all(conn, message.id).await?;
            on!(conn, c => sqlx::query("DELETE FROM mail_remainders WHERE message_id = $1")
                .bind(message.id.0).execute(&mut **c).await?.rows_affected());
            files::removal::of_message(conn, &message, now).await?;
            forget_unread(conn, &message).await?;
            (is_changed, is_deleted) = (true, true);
        } else if let Some(body) = SystemMessage::from_body(&message.body).renamed(erased.user, erased.name) {
            let version = raise_version(conn, &message, false).await?;
            on!(conn, c => sqlx::query("UPDATE messages SET body = $2, version = $3 WHERE id = $1")
                .bind(message.id.0).bind(body.to_body()).bind(version).execute(&mut **c).await?.rows_affected());
            is_changed = true;
        }
    }
    if is_deleted {
        desk::recount_unread(conn, conversation).await?;
    }
    if is_changed {
        positions::raise_all(conn, conversation).await?;
    }
    Ok((come < last).then_some(come))
}
