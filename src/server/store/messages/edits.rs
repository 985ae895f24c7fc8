//! Edits and deletions of messages. A deleted message stays as a tombstone: its row and `seq` never go.

use uuid::Uuid;

use super::pages::get_visible;
use crate::{
    server::store::{Conn, Result, engine::locks, on, orders::desk, sync::positions},
    shared::{
        ids::{MessageId, UserId},
        messages::{Message, MessageKind},
        positions::Version,
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
    if message.deleted_at.is_some() || message.version != edit.seen {
        return Ok(EditOutcome::Changed);
    }
    if message.created_at < edit.sent_since {
        return Ok(EditOutcome::TooLate);
    }
    let version = raise_version(conn, &message, matches!(edit.change, Change::Deleted)).await?;
    let changed = match edit.change {
        Change::Body(body) => Message { body, version, edited_at: Some(now), ..message },
        Change::Deleted => Message { body: String::new(), version, deleted_at: Some(now), ..message },
    };
    on!(conn, c => sqlx::query("UPDATE messages SET body = $2, version = $3, edited_at = $4, deleted_at = $5 WHERE id = $1")
        .bind(changed.id.0).bind(&changed.body).bind(changed.version).bind(changed.edited_at.map(|at| at.0))
        .bind(changed.deleted_at.map(|at| at.0)).execute(&mut **c).await?.rows_affected());
    if changed.deleted_at.is_some() {
        forget_unread(conn, &changed).await?;
        desk::recount_unread(conn, changed.conversation).await?;
    }
    positions::raise_all(conn, changed.conversation).await?;
    Ok(EditOutcome::Stored(changed))
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
