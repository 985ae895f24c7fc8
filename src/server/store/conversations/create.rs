//! Idempotent creation of the conversation about a listing (A2), and the limit on conversations per user.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, StoreError, engine::locks, on, sync::positions},
    shared::{
        conversations::{CONVERSATIONS_MAX, role::Role},
        ids::{ConversationId, ListingId, UserId},
        values::time::Timestamp,
    },
};

/// Answer to opening the conversation about a listing.
pub enum OpenOutcome {
    Conversation(ConversationId),
    /// There is no conversation yet, and the listing is paused.
    Paused,
    OwnListing,
    NoListing,
    /// There is no conversation yet, and the guest takes part in [`CONVERSATIONS_MAX`] already.
    TooMany,
}

/// Returns the one conversation of this guest about this listing, and creates it if there is none (A2).
/// Concurrent calls are safe: the unique index lets one of them insert, and the others find its row.
pub async fn get_or_create(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
    now: Timestamp,
) -> Result<OpenOutcome> {
    locks::subject(conn, listing, guest).await?;
    let found: Option<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT host_id, paused_at FROM listings WHERE id = $1").bind(listing.0).fetch_optional(&mut **c).await?);
    let Some((host, paused_at)) = found else { return Ok(OpenOutcome::NoListing) };
    if host == guest.0 {
        return Ok(OpenOutcome::OwnListing);
    }
    if let Some(existing) = of_listing(conn, listing, guest).await? {
        return Ok(OpenOutcome::Conversation(existing));
    }
    if paused_at.is_some() {
        return Ok(OpenOutcome::Paused);
    }
    if has_too_many(conn, guest).await? {
        return Ok(OpenOutcome::TooMany);
    }
    let id = ConversationId::new();
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at) VALUES ($1, 'listing', $2, $3, $4) \
         ON CONFLICT DO NOTHING")
        .bind(id.0).bind(listing.0).bind(guest.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        let made = of_listing(conn, listing, guest).await?.ok_or(StoreError::Retry)?;
        return Ok(OpenOutcome::Conversation(made));
    }
    let mut people = [(guest, Role::Guest), (UserId(host), Role::Host)];
    people.sort_by_key(|(user, _)| *user);
    for (user, role) in people {
        let head = positions::raise(conn, user).await?;
        on!(conn, c => sqlx::query(
            "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, 1, $4, $4)")
            .bind(id.0).bind(user.0).bind(role.as_str()).bind(head).execute(&mut **c).await?.rows_affected());
    }
    Ok(OpenOutcome::Conversation(id))
}

/// Whether a user takes part in [`CONVERSATIONS_MAX`] conversations. The answer holds until the end of the
/// transaction if the user's row is locked.
pub(in crate::server::store) async fn has_too_many(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let last: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT listed FROM participants WHERE user_id = $1 AND left_at IS NULL ORDER BY listed LIMIT 1 OFFSET $2")
        .bind(user.0).bind(CONVERSATIONS_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(last.is_some())
}

/// The conversation of this guest about this listing, if there is one.
pub async fn of_listing(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
) -> Result<Option<ConversationId>> {
    let id: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM conversations WHERE listing_id = $1 AND guest_id = $2 AND kind = 'listing'")
        .bind(listing.0).bind(guest.0).fetch_optional(&mut **c).await?);
    Ok(id.map(ConversationId))
}
