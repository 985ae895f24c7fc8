//! Editing and deleting: what a message shows changes, its row and place stay for ever.

use uuid::Uuid;

use super::visible;
use crate::server::store::{Conn, Result, engine::locks, on, sync::positions};
use crate::shared::positions::Version;
use crate::shared::{
    ids::{ConversationId, MessageId, UserId},
    messages::{Message, MessageKind},
    values::time::Timestamp,
};

/// What becomes of a message.
#[derive(Clone)]
pub enum Change {
    Body(String),
    Deleted,
}

#[derive(Clone)]
pub struct Edit {
    pub message: MessageId,
    pub user: UserId,
    /// The version that the user saw; a message that changed since is not overwritten.
    pub seen: Version,
    pub change: Change,
    /// A message sent before this can't be changed any more.
    pub sent_since: Timestamp,
}

pub enum Edited {
    /// It stands like this now, or stood like this already.
    Stored(Message),
    /// There is no such message for this user.
    NoMessage,
    NotOwn,
    TooLate,
    /// It has changed since it was seen, or has been deleted.
    Changed,
}

/// Changes a message of this user. Repeated, it finds its result and writes nothing.
pub async fn edit(conn: &mut Conn<'_>, edit: Edit, now: Timestamp) -> Result<Edited> {
    locks::conversation_of(conn, edit.message).await?;
    let Some(message) = visible(conn, edit.user, edit.message).await? else {
        return Ok(Edited::NoMessage);
    };
    if message.sender != Some(edit.user) || message.kind != MessageKind::Text {
        return Ok(Edited::NotOwn);
    }
    let stands = match &edit.change {
        Change::Body(body) => message.deleted_at.is_none() && message.body == *body,
        Change::Deleted => message.deleted_at.is_some(),
    };
    if stands {
        return Ok(Edited::Stored(message));
    }
    if message.deleted_at.is_some() || message.version != edit.seen {
        return Ok(Edited::Changed);
    }
    if message.created_at < edit.sent_since {
        return Ok(Edited::TooLate);
    }
    let version = raise_version(conn, message.conversation, matches!(edit.change, Change::Deleted)).await?;
    let changed = match edit.change {
        Change::Body(body) => Message { body, version, edited_at: Some(now), ..message },
        Change::Deleted => Message { body: String::new(), version, deleted_at: Some(now), ..message },
    };
    on!(conn, c => sqlx::query("UPDATE messages SET body = $2, version = $3, edited_at = $4, deleted_at = $5 WHERE id = $1")
        .bind(changed.id.0).bind(&changed.body).bind(changed.version).bind(changed.edited_at.map(|at| at.0))
        .bind(changed.deleted_at.map(|at| at.0)).execute(&mut **c).await?.rows_affected());
    if changed.deleted_at.is_some() {
        forget_unread(conn, &changed).await?;
    }
    positions::raise_all(conn, changed.conversation).await?;
    Ok(Edited::Stored(changed))
}

async fn raise_version(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    is_deletion: bool,
) -> Result<Version> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "UPDATE conversations SET version = version + 1, visible = visible - $2 WHERE id = $1 RETURNING version")
        .bind(conversation.0).bind(i64::from(is_deletion)).fetch_one(&mut **c).await?))
}

/// Who had not read it has one message less to read.
async fn forget_unread(conn: &mut Conn<'_>, message: &Message) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = unread - 1 WHERE conversation_id = $1 AND read_seq < $2 AND from_seq <= $2 \
         AND left_at IS NULL AND unread > 0 AND user_id <> $3")
        .bind(message.conversation.0).bind(message.seq).bind(message.sender.map_or(Uuid::nil(), |user| user.0))
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}
