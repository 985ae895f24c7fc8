//! Commands on an existing order: the idempotency and status checks before one, and the system message,
//! notifications and audit entry after it.

use super::row::get;
use crate::{
    server::store::{
        Conn, Result, StoreError,
        engine::locks,
        messages::{
            row::by_id,
            system::{self, CommandMessage},
        },
        notifications::notify::{NotificationContent, notify_others},
        operators::audit::{self, AuditEntry},
        users,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{MessageId, OrderId, UserId},
        listings::{ListingCard, kind::ListingKind, stays::Overlap},
        notifications::kinds::NotificationKind,
        orders::{
            Order,
            code::OrderKey,
            workflow::{Actor, Status},
        },
        values::time::Timestamp,
    },
};

/// A command on an existing order. Its id becomes the id of its system message, which makes it idempotent.
#[derive(Clone, Copy)]
pub struct OrderCommand {
    pub id: MessageId,
    pub order: OrderId,
    pub user: UserId,
    /// The user's relation to the order now, not the role in which they once took part.
    pub actor: Actor,
    pub seen: SeenOrder,
}

/// The order as the user saw it (optimistic concurrency).
#[derive(Clone, Copy)]
pub struct SeenOrder {
    pub status: Status,
    /// The quote, in minor units, if they accept one and said which.
    pub quote: Option<i64>,
    /// They know that it shares nights with a booked stay.
    pub is_overlapping: bool,
}

impl From<Status> for SeenOrder {
    fn from(status: Status) -> Self {
        Self { status, quote: None, is_overlapping: false }
    }
}

/// Answer to a command.
pub enum CommandOutcome {
    /// The order after the command. Also the answer to a repeated command.
    Order(Box<Order>),
    /// The order has another status by now.
    Stale(Status),
    /// The quote is another one by now, or there is none.
    OtherQuote,
    /// It shares nights with a booked stay, and the user has not said that they know.
    Overlaps(Box<Overlap>),
    /// The marketplace owns it: its status comes from there.
    Outside,
    /// No rule allows it.
    NotAllowed,
    /// A block stands between guest and host, who can begin nothing with each other.
    Closed,
    /// The id belongs to another message.
    Conflict,
    NoOrder,
}

/// Locks the order's conversation, and checks that the command is new, that its sender still has the rank for it,
/// and that the status is still the expected one.
pub(super) async fn begin(
    conn: &mut Conn<'_>,
    command: OrderCommand,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<std::result::Result<Order, CommandOutcome>> {
    let key = OrderKey::Id(command.order);
    let is_allowed = command.actor != Actor::Operator || users::is_staff(conn, command.user).await?;
    let Some(order) = get(conn, &key).await? else { return Ok(Err(CommandOutcome::NoOrder)) };
    locks::conversation(conn, order.conversation).await?;
    // Read again under the lock.
    let Some(order) = get(conn, &key).await? else { return Ok(Err(CommandOutcome::NoOrder)) };
    if let Some(known) = by_id(conn, command.id).await? {
        let is_same = known.is_of(order.conversation, command.user, is_same);
        return Ok(Err(if is_same {
            CommandOutcome::Order(Box::new(order))
        } else {
            CommandOutcome::Conflict
        }));
    }
    if !is_allowed {
        return Ok(Err(CommandOutcome::NoOrder));
    }
    if order.card.status != command.seen.status {
        return Ok(Err(CommandOutcome::Stale(order.card.status)));
    }
    Ok(Ok(order))
}

/// The kind of notification for all changes of such an order.
pub(super) fn notification_kind(listing: Option<&ListingCard>) -> NotificationKind {
    let is_tour = listing.is_some_and(|listing| listing.kind == ListingKind::Tour);
    if is_tour { NotificationKind::Tour } else { NotificationKind::Booking }
}

/// Writes the system message, the notifications and the audit entry. Returns the order as it stands now.
pub(super) async fn finish(
    conn: &mut Conn<'_>,
    command: OrderCommand,
    order: &Order,
    event: Option<SystemMessage>,
    action: &'static str,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let event = event.ok_or(StoreError::Retry)?;
    let line = CommandMessage::system(command.id, order.conversation, Some(command.user), &event);
    let entry = AuditEntry {
        user: command.user,
        action: format!("order_{action}"),
        order: Some(command.order),
        conversation: Some(order.conversation),
        other: None,
        detail: line.body.clone(),
    };
    let seqs = system::append(conn, &[line], now).await?;
    let notification = NotificationContent {
        kind: notification_kind(order.card.listing.as_ref()),
        event: &event,
        cause: Some(command.user),
        message: seqs.first().map(|seq| (order.conversation, *seq)),
        order: Some(command.order),
    };
    notify_others(conn, order.conversation, &notification, now).await?;
    audit::add(conn, entry, now).await?;
    let order = get(conn, &OrderKey::Id(command.order)).await?.ok_or(StoreError::Retry)?;
    Ok(CommandOutcome::Order(Box::new(order)))
}
