//! Idempotent creation of the conversation about a listing (A2), alone or with its first message, and the limit on
//! conversations per user.

use std::mem;

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result, StoreError,
        engine::locks,
        messages::{
            append::append,
            new_message::{AppendOutcome, NewMessage},
            row::by_id,
        },
        on,
        operators::cases::decide,
        sync::{
            event_log::{self, NewEvent},
            positions,
        },
        users::blocks,
    },
    shared::{
        conversations::{CONVERSATIONS_MAX, role::Role},
        ids::{ConversationId, ListingId, UserId},
        operators::events::EventType,
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
    /// There is no conversation yet, and one of the two has blocked the other.
    Closed,
    /// There is no conversation yet, and the staff lets the guest begin none for now.
    Limited,
}

/// Returns the conversation of this guest with the host of this listing ([`of_listing`]), and creates one if there is
/// none (A2). Concurrent calls are safe: the unique index lets one of them insert, and the others find its row.
pub async fn get_or_create(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
    now: Timestamp,
) -> Result<OpenOutcome> {
    locks::subject(conn, listing, guest).await?;
    let (id, people) = match find_or_insert(conn, listing, guest, now).await? {
        Opening::Inserted(id, people) => (id, people),
        Opening::Answered(outcome) => return Ok(outcome),
    };
    for user in people {
        let head = positions::raise(conn, user).await?;
        on!(conn, c => sqlx::query("UPDATE participants SET changed = $3, listed = $3 WHERE conversation_id = $1 AND user_id = $2")
            .bind(id.0).bind(user.0).bind(head).execute(&mut **c).await?.rows_affected());
    }
    Ok(OpenOutcome::Conversation(id))
}

/// The same, and stores a message of the guest in it, in one transaction: a conversation that begins with a message never
/// stands without it. The message gets the conversation here. Idempotent by its id.
pub async fn start(
    conn: &mut Conn<'_>,
    listing: ListingId,
    message: NewMessage,
    now: Timestamp,
) -> Result<(OpenOutcome, AppendOutcome)> {
    let guest = message.sender;
    locks::subject(conn, listing, guest).await?;
    // Nothing is created for a message that is stored elsewhere.
    if by_id(conn, message.id).await?.is_some() && of_listing(conn, listing, guest).await?.is_none() {
        return Ok((OpenOutcome::NoListing, AppendOutcome::Conflict));
    }
    let id = match find_or_insert(conn, listing, guest, now).await? {
        Opening::Inserted(id, _) | Opening::Answered(OpenOutcome::Conversation(id)) => id,
        Opening::Answered(outcome) => return Ok((outcome, AppendOutcome::NotParticipant)),
    };
    let appended = append(conn, NewMessage { conversation: id, ..message }, now).await?;
    // A delta goes to those who have the summary already. These participants read it.
    for delta in mem::take(&mut conn.updates.deltas) {
        conn.updates.raised.extend(delta.users().copied());
        conn.updates.first_messages.push(delta);
    }
    Ok((OpenOutcome::Conversation(id), appended))
}

enum Opening {
    /// Its participants, in the order of locks; their sync positions are still to be raised.
    Inserted(ConversationId, [UserId; 2]),
    Answered(OpenOutcome),
}

/// Call it with the listing and both people locked.
async fn find_or_insert(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
    now: Timestamp,
) -> Result<Opening> {
    let found: Option<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT host_id, CASE WHEN hidden > 0 THEN COALESCE(paused_at, 0) ELSE paused_at END FROM listings WHERE id = $1").bind(listing.0).fetch_optional(&mut **c).await?);
    let Some((host, paused_at)) = found else { return Ok(Opening::Answered(OpenOutcome::NoListing)) };
    if host == guest.0 {
        return Ok(Opening::Answered(OpenOutcome::OwnListing));
    }
    if let Some(existing) = of_listing(conn, listing, guest).await? {
        return Ok(Opening::Answered(OpenOutcome::Conversation(existing)));
    }
    if paused_at.is_some() {
        return Ok(Opening::Answered(OpenOutcome::Paused));
    }
    if blocks::is_between(conn, guest, UserId(host)).await? {
        return Ok(Opening::Answered(OpenOutcome::Closed));
    }
    if decide::is_limited(conn, guest, now).await? {
        return Ok(Opening::Answered(OpenOutcome::Limited));
    }
    if has_too_many(conn, guest).await? {
        return Ok(Opening::Answered(OpenOutcome::TooMany));
    }
    let id = ConversationId::new();
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at) VALUES ($1, 'listing', $2, $3, $4) \
         ON CONFLICT DO NOTHING")
        .bind(id.0).bind(listing.0).bind(guest.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        let made = of_listing(conn, listing, guest).await?.ok_or(StoreError::Retry)?;
        return Ok(Opening::Answered(OpenOutcome::Conversation(made)));
    }
    event_log::tell(conn, NewEvent::of_conversation(EventType::ConversationCreated, id), now).await?;
    let mut people = [(guest, Role::Guest), (UserId(host), Role::Host)];
    people.sort_by_key(|(user, _)| *user);
    for (user, role) in people {
        join(conn, id, user, role).await?;
    }
    Ok(Opening::Inserted(id, people.map(|(user, _)| user)))
}

/// Adds a participant. The command sets their sync position afterwards.
pub(in crate::server::store) async fn join(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    user: UserId,
    role: Role,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, 1, 0, 0)")
        .bind(conversation.0).bind(user.0).bind(role.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether a user takes part in [`CONVERSATIONS_MAX`] conversations. The answer holds until the end of the
/// transaction if the user's row is locked.
pub(in crate::server::store) async fn has_too_many(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let last: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT listed FROM participants WHERE user_id = $1 AND left_at IS NULL ORDER BY listed LIMIT 1 OFFSET $2")
        .bind(user.0).bind(CONVERSATIONS_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(last.is_some())
}

/// The conversation that leads from the listing to its host: that of the guest's newest open order of it, else the one
/// about the listing, which goes on as that of their first order.
pub async fn of_listing(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
) -> Result<Option<ConversationId>> {
    let ordered = of_open_order(conn, listing, guest).await?;
    Ok(match ordered {
        Some(ordered) => Some(ordered),
        None => about_listing(conn, listing, guest).await?.map(|(id, _)| id),
    })
}

/// The conversation of this guest's newest order of this listing that is neither finished nor ended otherwise.
pub(in crate::server::store) async fn of_open_order(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
) -> Result<Option<ConversationId>> {
    let id: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT c.id FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.guest_id = $1 AND o.listing_id = $2 \
         AND o.status IN ('pending', 'accepted', 'in_progress') ORDER BY o.created_at DESC, o.id DESC LIMIT 1")
        .bind(guest.0).bind(listing.0).fetch_optional(&mut **c).await?);
    Ok(id.map(ConversationId))
}

/// The one conversation of this guest about this listing, and whether it has become that of an order.
pub(in crate::server::store) async fn about_listing(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
) -> Result<Option<(ConversationId, bool)>> {
    let found: Option<(Uuid, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT id, order_id IS NOT NULL FROM conversations WHERE listing_id = $1 AND guest_id = $2 AND kind = 'listing'")
        .bind(listing.0).bind(guest.0).fetch_optional(&mut **c).await?);
    Ok(found.map(|(id, is_of_order)| (ConversationId(id), is_of_order)))
}
