//! Lock ordering on PostgreSQL. Every command takes its row locks in the same order, so that two commands
//! never deadlock: things of a marketplace, listings, users, settings, fan-out jobs, conversations, heads, then anything else. A decision reads its
//! rows in a statement after the locks. SQLite needs no locks, because it has one writer.
//!
//! Each lock is a statement of its own with ORDER BY: an UPDATE locks its rows in any order.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Database, Result},
    shared::ids::{ConversationId, ListingId, MessageId, OrderId, UserId},
};

/// Serializes commands about one thing of a marketplace, before any row: the thing may not be there yet.
pub(crate) async fn external(conn: &mut Conn<'_>, key: &[u8; 32]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    let number = key.iter().take(8).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(&mut **c).await?;
    Ok(())
}

/// Locks the listing and both people for the creation of a conversation. The listing's title and state and
/// the names stay as they are: a concurrent change of them notifies only conversations that exist. Guest and
/// host each create one conversation at a time.
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

/// Holds listings as they are, by their external ids.
pub(crate) async fn listings_as_are(conn: &mut Conn<'_>, external_ids: &[String]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM listings WHERE external_id = ANY ($1) ORDER BY id FOR SHARE")
        .bind(external_ids)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Locks the listing of an order, so that of two bookings of the same nights one is accepted first.
pub(crate) async fn listing_of_order(conn: &mut Conn<'_>, order: OrderId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query(
        "SELECT 1 FROM listings WHERE id = (SELECT listing_id FROM orders WHERE id = $1) FOR NO KEY UPDATE",
    )
    .bind(order.0)
    .execute(&mut **c)
    .await?;
    Ok(())
}

/// Locks the listings of a host, before the host's own row, for a change of what they show of the host.
pub(crate) async fn listings_of(conn: &mut Conn<'_>, host: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM listings WHERE host_id = $1 ORDER BY id FOR NO KEY UPDATE")
        .bind(host.0)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Serializes commands that count or change what belongs to this user.
pub(crate) async fn user(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(user.0).execute(&mut **c).await?;
    Ok(())
}

/// Holds what these users are and whom they block as it is until the end of the command.
pub(crate) async fn users_as_are(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = ANY ($1) ORDER BY id FOR SHARE")
        .bind(ids)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Locks these users' rows, such as the two users of a moderation command.
pub(crate) async fn users(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Locks a user and all admins, so that of two who cease to be one at once, one stays.
pub(crate) async fn user_and_admins(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = $1 OR rank = 'admin' ORDER BY id FOR NO KEY UPDATE")
        .bind(user.0)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Serializes changes of the settings, and waits for commands that hold them shared.
pub(crate) async fn settings(conn: &mut Conn<'_>) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM settings FOR NO KEY UPDATE").execute(&mut **c).await?;
    Ok(())
}

/// Holds the settings as they are, and serializes deletion by retention.
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

/// Locks a conversation if this user takes part in it. False if not: whoever takes no part can't hold up those who
/// do. What the command decides by is read again after it.
pub(crate) async fn conversation_of_participant(
    conn: &mut Conn<'_>,
    id: ConversationId,
    user: UserId,
) -> Result<bool> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(true) };
    let locked = sqlx::query(
        "SELECT 1 FROM conversations WHERE id = $1 AND EXISTS (SELECT 1 FROM participants \
             WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL) FOR NO KEY UPDATE",
    )
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(&mut **c)
    .await?;
    Ok(locked.is_some())
}

/// Holds a user's rank and suspension as they are until the end of the command.
pub(crate) async fn user_as_is(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM users WHERE id = $1 FOR SHARE").bind(user.0).execute(&mut **c).await?;
    Ok(())
}

/// Locks the conversation of a message. A message never moves to another one.
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

/// Locks conversations, and the heads of all their active participants.
pub(crate) async fn conversations(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM conversations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(&mut **c)
        .await?;
    heads(conn, ids).await
}

/// Locks the heads of all active participants of conversations that are locked.
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

/// Locks the heads of these users, who need not share a conversation.
pub(crate) async fn heads_of(conn: &mut Conn<'_>, users: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM heads WHERE user_id = ANY ($1) ORDER BY user_id FOR NO KEY UPDATE")
        .bind(users)
        .execute(&mut **c)
        .await?;
    Ok(())
}

/// Locks every row that the delivery receipts of these users for these conversations may change.
pub(crate) async fn delivery(conn: &mut Conn<'_>, conversations: &[Uuid], users: &[Uuid]) -> Result<()> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(()) };
    sqlx::query("SELECT 1 FROM conversations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(conversations)
        .execute(&mut **c)
        .await?;
    sqlx::query(
        "SELECT 1 FROM heads WHERE user_id = ANY ($2) OR user_id IN \
         (SELECT user_id FROM participants WHERE conversation_id = ANY ($1) AND left_at IS NULL) \
         ORDER BY user_id FOR NO KEY UPDATE",
    )
    .bind(conversations)
    .bind(users)
    .execute(&mut **c)
    .await?;
    Ok(())
}
