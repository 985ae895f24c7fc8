//! The conversations of a closed account, one in a transaction: rooms are left, open orders ended, names taken out of system
//! messages, and texts become tombstones if they go.
//!
//! They are walked by the sync position at which they last changed for the user. One that changes meanwhile moves up and is
//! met again, so none is missed; what is done already changes nothing more, so the walk ends.

use uuid::Uuid;

use super::erasure_task::{ErasureTask, Place, Replacements};
use crate::{
    server::store::{
        Conn, Result,
        messages::edits::{self, Erased},
        on,
        orders::{
            command::{OrderCommand, SeenOrder},
            row, transitions,
        },
        rooms::{command::RoomCommand, remove},
        sync::positions,
    },
    shared::{
        ids::{ConversationId, MessageId, OrderId, UserId},
        orders::{
            code::OrderKey,
            workflow::{Actor, OrderKind, Status, Transition},
        },
        positions::Seq,
        users::rank::Rank,
        values::{text::search_form, time::Timestamp},
    },
};

/// Conversations that are looked at in one transaction until there is something to do in one.
const LOOKED_AT_MAX: i64 = 50;

#[derive(sqlx::FromRow)]
struct Found {
    changed: i64,
    conversation_id: Uuid,
    kind: String,
    left_at: Option<i64>,
    order_id: Option<Uuid>,
    order_status: Option<String>,
}

impl Found {
    fn id(&self) -> ConversationId {
        ConversationId(self.conversation_id)
    }

    fn is_room(&self) -> bool {
        self.kind == "room"
    }

    fn open_order(&self) -> Option<OrderId> {
        let status = self.order_status.as_deref().and_then(Status::parse)?;
        self.order_id.map(OrderId).filter(|_| self.left_at.is_none() && !status.is_final())
    }
}

/// Goes on from `place`. `None` once all are done.
pub(super) async fn advance(
    conn: &mut Conn<'_>,
    erasure: &ErasureTask,
    place: Place,
    words: &Replacements,
    now: Timestamp,
) -> Result<Option<Place>> {
    let user = erasure.user;
    if let Some((id, after)) = place.current {
        let next = erase_messages(conn, erasure, id, after, words, now).await?;
        return Ok(Some(Place { current: next.map(|seq| (id, seq)), ..place }));
    }
    let mut place = place;
    let found = next(conn, user, place).await?;
    let is_end = (found.len() as i64) < LOOKED_AT_MAX;
    for found in found {
        place = Place { changed: found.changed, conversation: Some(found.id()), current: None };
        let has_messages = found.is_room() || erasure.with_texts;
        let mut is_changed = false;
        if found.is_room() && found.left_at.is_none() {
            let command = RoomCommand { id: MessageId::new(), room: found.id(), user };
            remove::remove(conn, command, user, now).await?;
            is_changed = true;
        } else if let Some(order) = found.open_order() {
            is_changed = end_order(conn, user, order, now).await?;
        }
        if let Some(order) = found.order_id.filter(|_| erasure.with_texts) {
            is_changed |= empty_order(conn, user, (OrderId(order), found.id()), words).await?;
        }
        if has_messages {
            return Ok(Some(Place { current: Some((found.id(), 0)), ..place }));
        }
        if is_changed {
            return Ok(Some(place));
        }
    }
    Ok((!is_end).then_some(place))
}

async fn next(conn: &mut Conn<'_>, user: UserId, place: Place) -> Result<Vec<Found>> {
    let after = place.conversation.map_or(Uuid::nil(), |id| id.0);
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.changed, p.conversation_id, c.kind, p.left_at, c.order_id, c.order_status FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.user_id = $1 AND p.changed >= $2 AND (p.changed > $2 OR p.conversation_id > $3) \
         ORDER BY p.changed, p.conversation_id LIMIT $4")
        .bind(user.0).bind(place.changed).bind(after).bind(LOOKED_AT_MAX).fetch_all(&mut **c).await?))
}

/// Cancels or declines an order as its guest or host may. One that they can't end stays with the other side and the desk.
async fn end_order(conn: &mut Conn<'_>, user: UserId, id: OrderId, now: Timestamp) -> Result<bool> {
    let Some(order) = row::get(conn, &OrderKey::Id(id)).await? else { return Ok(false) };
    let Some(actor) = order.card.actor(user, Rank::Member) else { return Ok(false) };
    let allowed = |transition: &Transition| order.card.rule(*transition, actor).is_some();
    let Some(transition) = [Transition::Cancel, Transition::Decline].into_iter().find(allowed) else {
        return Ok(false);
    };
    let seen = SeenOrder::from(order.card.status);
    let command = OrderCommand { id: MessageId::new(), order: id, user, actor, seen };
    transitions::apply_transition(conn, command, transition, now).await?;
    Ok(true)
}

/// Takes away what they wrote into an order: the note, and the title of a custom order or of their listing.
async fn empty_order(
    conn: &mut Conn<'_>,
    user: UserId,
    (id, conversation): (OrderId, ConversationId),
    words: &Replacements,
) -> Result<bool> {
    let Some(order) = row::get(conn, &OrderKey::Id(id)).await? else { return Ok(false) };
    let actor = order.card.actor(user, Rank::Member);
    let is_guest = actor == Some(Actor::Guest);
    let has_title = match actor {
        Some(Actor::Guest) => order.card.kind == OrderKind::Custom,
        actor => actor == Some(Actor::Host),
    };
    let note = if is_guest { String::new() } else { order.note.clone() };
    let title = if has_title { words.title.clone() } else { order.card.title.clone() };
    if note == order.note && title == order.card.title {
        return Ok(false);
    }
    on!(conn, c => sqlx::query("UPDATE orders SET title = $2, folded = $3, note = $4, first_hash = $5 WHERE id = $1")
        .bind(id.0).bind(&title).bind(search_form(&title)).bind(&note).bind(&[][..] as &[u8])
        .execute(&mut **c).await?.rows_affected());
    conn.updates.has_order = true;
    positions::touch(conn, &[conversation.0]).await?;
    // Notifications keep the title as it was.
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET subject = $3, changed = (SELECT head FROM heads WHERE heads.user_id = notifications.user_id) \
         WHERE order_id = $1 AND subject <> $3 \
         AND user_id IN (SELECT user_id FROM participants WHERE conversation_id = $2 AND left_at IS NULL)")
        .bind(id.0).bind(conversation.0).bind(&title).execute(&mut **c).await?.rows_affected());
    Ok(true)
}

/// Goes through the next messages of a conversation. `None` at its end.
async fn erase_messages(
    conn: &mut Conn<'_>,
    erasure: &ErasureTask,
    id: ConversationId,
    after: Seq,
    words: &Replacements,
    now: Timestamp,
) -> Result<Option<Seq>> {
    let erased = Erased { user: erasure.user, with_texts: erasure.with_texts, name: &words.name };
    edits::erase(conn, id, after, erased, now).await
}
