//! The locks of a command on PostgreSQL, always in the same order, so that two never wait for each
//! other: listing, users, settings, conversations, heads, then anything else. What a decision depends on is
//! read in a statement after them. SQLite's one writer needs none.
//!
//! Each is a statement of its own and sorted: the rows of an UPDATE are locked in any order.

use uuid::Uuid;

use crate::server::store::{Conn, Database, Result};
use crate::shared::ids::{ConversationId, ListingId, MessageId, UserId};
use crate::shared::positions::SyncSeq;

/// Title, names and whether it is open stay as they are while a conversation about this listing
/// begins: who changes them tells all conversations that there are. One at a time begins one with either.
pub(crate) async fn subject(conn: &mut Conn<'_>, listing: ListingId, guest: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM listings WHERE id = $1 FOR SHARE").bind(listing.0).execute(&mut **c).await?;
    sqlx::query(
        "SELECT 1 FROM users WHERE id = $1 OR id = (SELECT host_id FROM listings WHERE id = $2) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(guest.0)
    .bind(listing.0)
    .execute(&mut **c)
    .await?;
    Ok(())
}

/// One at a time counts or changes what belongs to this user.
pub(crate) async fn user(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(user.0).execute(&mut **c).await?;
    Ok(())
}

/// These stay as they are while one of them does something to the other.
pub(crate) async fn users(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// One at a time changes the settings, and nothing is being done by the old ones.
pub(crate) async fn settings(conn: &mut Conn<'_>) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM settings FOR NO KEY UPDATE").execute(&mut **c).await?;
    Ok(())
}

/// The settings stay as they are, and one at a time deletes by them.
pub(crate) async fn retention(conn: &mut Conn<'_>) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM settings FOR SHARE").execute(&mut **c).await?;
    sqlx::query("SELECT 1 FROM retention FOR NO KEY UPDATE").execute(&mut **c).await?;
    Ok(())
}

pub(crate) async fn conversation(conn: &mut Conn<'_>, id: ConversationId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM conversations WHERE id = $1 FOR NO KEY UPDATE")
        .bind(id.0)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// The conversation of a message, which it never leaves.
pub(crate) async fn conversation_of(conn: &mut Conn<'_>, message: MessageId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query(
        "SELECT 1 FROM conversations WHERE id = (SELECT conversation_id FROM messages WHERE id = $1) FOR NO KEY UPDATE",
    )
    .bind(message.0)
    .execute(&mut **c)
    .await?;
    Ok(())
}

/// Conversations and the heads of all who take part.
pub(crate) async fn conversations(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM conversations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(&mut **c)
        .await?;
    heads(conn, ids).await
}

/// The heads of all who take part in conversations that are locked.
pub(crate) async fn heads(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query(
        "SELECT 1 FROM heads WHERE user_id IN \
         (SELECT user_id FROM participants WHERE conversation_id = ANY ($1) AND left_at IS NULL) \
         ORDER BY user_id FOR NO KEY UPDATE",
    )
    .bind(conversations)
    .execute(&mut **c)
    .await?;
    Ok(())
}

/// All that a delivery up to this head may change. Whatever changes later is above it.
pub(crate) async fn delivery(conn: &mut Conn<'_>, user: UserId, applied: SyncSeq) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM conversations WHERE id IN (SELECT conversation_id FROM participants \
             WHERE user_id = $1 AND changed > (SELECT delivered FROM heads WHERE user_id = $1) AND changed <= $2 \
             AND unread > 0 AND left_at IS NULL) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(user.0)
    .bind(applied)
    .fetch_all(&mut **c)
    .await?;
    sqlx::query(
        "SELECT 1 FROM heads WHERE user_id = $2 OR user_id IN \
         (SELECT user_id FROM participants WHERE conversation_id = ANY ($1) AND left_at IS NULL) \
         ORDER BY user_id FOR NO KEY UPDATE",
    )
    .bind(&ids)
    .bind(user.0)
    .execute(&mut **c)
    .await?;
    Ok(())
}
