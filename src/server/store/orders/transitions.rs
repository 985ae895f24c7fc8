//! Changes of an order: transitions of its status (D2), the operators' quote, and an operator taking it over
//! (B6).

use super::{
    command::{CommandOutcome, OrderCommand, begin, finish},
    stays,
};
use crate::{
    server::store::{
        Conn, Result, conversations,
        engine::locks,
        on,
        users::{self, blocks},
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::ConversationId,
        orders::{
            Order,
            workflow::{Actor, OrderKind, Status, Transition, TransitionRule},
        },
        values::{money::Money, time::Timestamp},
    },
};

/// Applies a transition of the status machine, with its system message and audit entry (D2).
pub async fn apply_transition(
    conn: &mut Conn<'_>,
    command: OrderCommand,
    transition: Transition,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let is_same = |event: &SystemMessage| match event {
        SystemMessage::Stepped { step: taken, .. } => *taken == transition,
        SystemMessage::QuoteDeclined { .. } => transition == Transition::DeclineQuote,
        _ => false,
    };
    if transition == Transition::Accept {
        locks::listing_of_order(conn, command.order).await?;
    }
    let order = match begin(conn, command, is_same).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    if order.card.url.is_some() {
        return Ok(CommandOutcome::Outside);
    }
    let Some(rule) = order.card.rule(transition, command.actor) else {
        return Ok(CommandOutcome::NotAllowed);
    };
    if transition == Transition::Accept && blocks::is_closed(conn, order.conversation).await? {
        return Ok(CommandOutcome::Closed);
    }
    let accepts = order.card.quote.filter(|_| transition == Transition::AcceptQuote);
    if command.seen.quote.is_some_and(|seen| accepts.map(|quote| quote.price.minor) != Some(seen)) {
        return Ok(CommandOutcome::OtherQuote);
    }
    if transition == Transition::Accept
        && !command.seen.is_overlapping
        && let Some(overlap) = stays::overlapping(conn, &order).await?
    {
        return Ok(CommandOutcome::Overlaps(Box::new(overlap)));
    }
    let price = accepts.map_or(order.card.price, |quote| Some(quote.price));
    set_status(conn, &order, rule.to, price, now).await?;
    finish(conn, command, &order, system_message_of(&order, transition), transition.as_str(), now).await
}

/// Stores a status and a price. No quote waits for an answer after it.
pub(super) async fn set_status(
    conn: &mut Conn<'_>,
    order: &Order,
    status: Status,
    price: Option<Money>,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE orders SET status = $2, price_minor = $3, quote_minor = NULL, updated_at = $4 WHERE id = $1")
        .bind(order.card.id.0).bind(status.as_str()).bind(price.map(|price| price.minor)).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    // With the order ends why a blocked conversation went on.
    on!(conn, c => sqlx::query(
        "UPDATE conversations SET order_status = $2, closed = CASE WHEN closed = 2 AND $2 NOT IN ('accepted', 'in_progress') \
         THEN 1 ELSE closed END WHERE id = $1")
        .bind(order.conversation.0).bind(status.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The system message of a transition.
fn system_message_of(order: &Order, transition: Transition) -> Option<SystemMessage> {
    let kind = order.card.kind;
    if transition == Transition::DeclineQuote {
        let quote = order.card.quote?;
        return Some(SystemMessage::QuoteDeclined { price: quote.price });
    }
    let status = TransitionRule::of(transition, order.card.status)?.to;
    Some(SystemMessage::Stepped { kind, step: transition, status })
}

/// Sets an operator's quote for a custom order. It replaces an earlier quote.
pub async fn quote(
    conn: &mut Conn<'_>,
    command: OrderCommand,
    price: Money,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let event = SystemMessage::Quoted { price };
    let order = match begin(conn, command, |known| *known == event).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    let is_open = order.card.kind == OrderKind::Custom && order.card.status == Status::Pending;
    if !is_open || command.actor != Actor::Operator {
        return Ok(CommandOutcome::NotAllowed);
    }
    on!(conn, c => sqlx::query("UPDATE orders SET quote_minor = $2, updated_at = $3 WHERE id = $1")
        .bind(command.order.0).bind(price.minor).bind(now.0).execute(&mut **c).await?.rows_affected());
    finish(conn, command, &order, Some(event), "quote", now).await
}

/// An operator takes over an order of the operator board, and takes part in its conversation from now on
/// (B6).
pub async fn take(conn: &mut Conn<'_>, command: OrderCommand, now: Timestamp) -> Result<CommandOutcome> {
    // Somebody who is being demoted must not join afterwards. A stranger and a missing order get one answer.
    if !users::is_staff(conn, command.user).await? {
        return Ok(CommandOutcome::NoOrder);
    }
    let order = match begin(conn, command, |known| *known == SystemMessage::Taken).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    let is_at_desk = order.card.host.is_none() || blocks::is_with_desk(conn, order.conversation).await?;
    if !is_at_desk || command.actor != Actor::Operator {
        return Ok(CommandOutcome::NotAllowed);
    }
    if conversations::summary::get(conn, command.user, order.conversation).await?.is_some() {
        return Ok(CommandOutcome::Order(Box::new(order)));
    }
    add_operator(conn, command, order.conversation).await?;
    on!(conn, c => sqlx::query("UPDATE orders SET operator_id = $2, updated_at = $3 WHERE id = $1")
        .bind(command.order.0).bind(command.user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    finish(conn, command, &order, Some(SystemMessage::Taken), "take", now).await
}

/// The operators' common read position becomes the operator's own; later messages are unread for them.
async fn add_operator(
    conn: &mut Conn<'_>,
    command: OrderCommand,
    conversation: ConversationId,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, read_seq, delivered_seq, unread, changed, listed) \
         SELECT c.id, $2, 'operator', 1, o.desk_read_seq, o.desk_read_seq, 0, 0, 0 \
         FROM conversations c JOIN orders o ON o.id = c.order_id WHERE c.id = $1 \
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET left_at = NULL, role = 'operator', read_seq = \
             CASE WHEN participants.read_seq > excluded.read_seq THEN participants.read_seq ELSE excluded.read_seq END")
        .bind(conversation.0).bind(command.user.0).execute(&mut **c).await?.rows_affected());
    // Also of somebody who comes back, who may have read further than the operators together.
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = (SELECT COUNT(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id \
             WHERE m.conversation_id = $1 AND m.seq > participants.read_seq AND m.seq > c.floor_seq AND m.deleted_at IS NULL \
             AND (m.sender_id IS NULL OR m.sender_id <> $2)) WHERE conversation_id = $1 AND user_id = $2")
        .bind(conversation.0).bind(command.user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
