//! Conversations of the past (decision 51), and the order of inboxes after an import. Nobody is told of them.

use uuid::Uuid;

use super::create::{has_too_many, join, of_listing};
use crate::{
    server::store::{
        Conn, Result, StoreError, on,
        users::{blocks, identities::ProviderSubject},
    },
    shared::{
        conversations::role::Role,
        ids::{ConversationId, ListingId, OrderId, UserId},
        values::time::Timestamp,
    },
};

/// A conversation, and whether it was made now. A new one raises no sync position: what is stored in it does.
pub type Imported = (ConversationId, bool);

/// The conversation that leads from the listing to its host, made if there is none. `None` if there is none and the guest takes part in
/// as many as one can. Listing, guest and host are locked.
pub async fn about_listing(
    conn: &mut Conn<'_>,
    listing: ListingId,
    (guest, host): (UserId, UserId),
    at: Timestamp,
) -> Result<Option<Imported>> {
    if let Some(known) = of_listing(conn, listing, guest).await? {
        return Ok(Some((known, false)));
    }
    if has_too_many(conn, guest).await? {
        return Ok(None);
    }
    let id = ConversationId::new();
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at) VALUES ($1, 'listing', $2, $3, $4) \
         ON CONFLICT DO NOTHING")
        .bind(id.0).bind(listing.0).bind(guest.0).bind(at.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        return Err(StoreError::Retry);
    }
    for (user, role) in [(guest, Role::Guest), (host, Role::Host)] {
        join(conn, id, user, role).await?;
    }
    blocks::close_if_between(conn, id, guest, host).await?;
    Ok(Some((id, true)))
}

/// The conversation of an order, if these two are its guest and its host.
pub async fn of_order(
    conn: &mut Conn<'_>,
    order: OrderId,
    people: [UserId; 2],
) -> Result<Option<ConversationId>> {
    let id: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT c.id FROM conversations c JOIN orders o ON o.id = c.order_id WHERE c.order_id = $1 \
         AND ((o.guest_id = $2 AND o.host_id = $3) OR (o.guest_id = $3 AND o.host_id = $2))")
        .bind(order.0).bind(people[0].0).bind(people[1].0).fetch_optional(&mut **c).await?);
    Ok(id.map(ConversationId))
}

/// Users of an issuer whose inbox is not in the order in which something was last said, among the next ones after `after` in the order
/// of their subjects; and where to go on.
pub async fn out_of_order(
    conn: &mut Conn<'_>,
    after: &ProviderSubject,
    max: i64,
) -> Result<(Vec<UserId>, Option<ProviderSubject>)> {
    let last: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT MAX(subject) FROM (SELECT subject FROM identities WHERE issuer = $1 AND subject > $2 ORDER BY subject LIMIT $3) AS page")
        .bind(&after.issuer).bind(&after.subject).bind(max).fetch_one(&mut **c).await?);
    let Some(last) = last else { return Ok((Vec::new(), None)) };
    let users: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT DISTINCT user_id FROM (SELECT p.user_id, COALESCE(NULLIF(c.last_message_at, 0), c.created_at) AS at, \
           LAG(COALESCE(NULLIF(c.last_message_at, 0), c.created_at)) OVER (PARTITION BY p.user_id ORDER BY p.listed, p.conversation_id) AS before \
           FROM identities i JOIN participants p ON p.user_id = i.user_id AND p.left_at IS NULL \
           JOIN conversations c ON c.id = p.conversation_id \
           WHERE i.issuer = $1 AND i.subject > $2 AND i.subject <= $3) AS listed WHERE before > at")
        .bind(&after.issuer).bind(&after.subject).bind(&last).fetch_all(&mut **c).await?);
    let next = ProviderSubject { issuer: after.issuer.clone(), subject: last };
    Ok((users.into_iter().map(UserId).collect(), Some(next)))
}

/// Puts a user's inbox into that order. All of their conversations change for them: each gets a sync position of its own.
pub async fn put_in_order(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    // Raised first, which locks it, by as many as there are now. What comes meanwhile waits, and is above.
    let head: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "UPDATE heads SET head = head + (SELECT COUNT(*) FROM participants p WHERE p.user_id = $1 AND p.left_at IS NULL) \
         WHERE user_id = $1 RETURNING head")
        .bind(user.0).fetch_optional(&mut **c).await?);
    let Some(head) = head else { return Ok(()) };
    on!(conn, c => sqlx::query(
        "UPDATE participants SET changed = $2 - v.above, listed = $2 - v.above FROM \
         (SELECT p.conversation_id AS id, ROW_NUMBER() OVER \
           (ORDER BY COALESCE(NULLIF(c.last_message_at, 0), c.created_at) DESC, p.listed DESC, p.conversation_id DESC) - 1 AS above \
           FROM participants p JOIN conversations c ON c.id = p.conversation_id WHERE p.user_id = $1 AND p.left_at IS NULL) AS v \
         WHERE participants.conversation_id = v.id AND participants.user_id = $1")
        .bind(user.0).bind(head).execute(&mut **c).await?.rows_affected());
    conn.updates.raised.push(user);
    Ok(())
}
