//! Return addresses: whose reply, or whose undelivered mail, comes back to an address of ours.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, UserId},
        values::time::{DAY, Timestamp},
    },
};

/// How long after the last mail from it an address is good.
pub const LIFETIME: i64 = 90 * DAY;

/// Whom an address was mailed to, and about which conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    pub hash: [u8; 32],
    pub user: UserId,
    /// None of a mail about anything else: nobody replies to it.
    pub conversation: Option<ConversationId>,
}

/// Keeps the address of a mail that is about to leave.
pub async fn keep(conn: &mut Conn<'_>, address: &ReturnAddress, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO return_addresses (token_hash, user_id, conversation_id, mailed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (token_hash) DO UPDATE SET mailed_at = excluded.mailed_at")
        .bind(&address.hash[..]).bind(address.user.0).bind(address.conversation.map(|id| id.0)).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The address of this hash, if it is good still.
pub async fn find(conn: &mut Conn<'_>, hash: [u8; 32], now: Timestamp) -> Result<Option<ReturnAddress>> {
    let found: Option<(Uuid, Option<Uuid>)> = on!(conn, c => sqlx::query_as(
        "SELECT user_id, conversation_id FROM return_addresses WHERE token_hash = $1 AND mailed_at > $2")
        .bind(&hash[..]).bind(now.plus(-LIFETIME).0).fetch_optional(&mut **c).await?);
    Ok(found.map(|(user, conversation)| ReturnAddress {
        hash,
        user: UserId(user),
        conversation: conversation.map(ConversationId),
    }))
}

/// Keeps that the user is told why a reply was not taken. False if they were told within a day.
pub async fn note_refusal(conn: &mut Conn<'_>, address: &ReturnAddress, now: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE return_addresses SET refused_at = $2 WHERE token_hash = $1 AND COALESCE(refused_at, 0) <= $3")
        .bind(&address.hash[..]).bind(now.0).bind(now.plus(-DAY).0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Deletes addresses that are good no more, at most `max`.
pub async fn delete_old(conn: &mut Conn<'_>, now: Timestamp, max: i64) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM return_addresses WHERE token_hash IN (SELECT token_hash FROM return_addresses WHERE mailed_at <= $1 LIMIT $2)")
        .bind(now.plus(-LIFETIME).0).bind(max).execute(&mut **c).await?.rows_affected()))
}
