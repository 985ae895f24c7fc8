//! Orders that the marketplace owns (decision 48): their status and facts come from there. Each change of the status is told in the
//! conversation, from whichever status it comes.

use uuid::Uuid;

use super::{command::notification_kind, row::get, transitions};
use crate::{
    server::store::{
        Conn, Result, StoreError,
        engine::locks,
        messages::system::{self, CommandMessage},
        notifications::notify::{NotificationContent, notify_others},
        on,
        operators::audit::{self, AuditEntry, BY_COMMAND_LINE},
        sync::positions,
        users::identities::ProviderSubject,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, ListingId, MessageId, OrderId, UserId},
        orders::{
            Order,
            code::OrderKey,
            draft::OrderFields,
            workflow::{Actor, Status, Transition},
        },
        values::{money::Money, time::Timestamp},
    },
};

/// An order that is there.
#[derive(Clone, Copy, Debug)]
pub struct FoundOrder {
    pub id: OrderId,
    pub guest: UserId,
    pub listing: Option<ListingId>,
}

/// An order as the marketplace has it now.
#[derive(Clone)]
pub struct OutsideState {
    pub status: Status,
    /// Who brought it about: its guest or its host. `None` if it is not known.
    pub by: Option<Actor>,
    /// Its note and title stay as they were first.
    pub fields: OrderFields,
    /// `None`: it stays as it is.
    pub price: Option<Money>,
    pub url: String,
    /// Whether guest and host are notified of another status.
    pub notifies: bool,
}

/// The order with this id of the marketplace.
pub async fn find(conn: &mut Conn<'_>, external_id: &str) -> Result<Option<FoundOrder>> {
    let row: Option<(Uuid, Uuid, Option<Uuid>)> = on!(conn, c => sqlx::query_as(
        "SELECT id, guest_id, listing_id FROM orders WHERE external_id = $1")
        .bind(external_id).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, guest, listing)| FoundOrder {
        id: OrderId(id),
        guest: UserId(guest),
        listing: listing.map(ListingId),
    }))
}

/// Whether something is unread in the conversation of this guest about this listing, which a first order would go on in.
pub async fn has_unread_before(
    conn: &mut Conn<'_>,
    (guest, listing): (&ProviderSubject, &str),
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identities i JOIN listings l ON l.external_id = $3 \
         JOIN conversations c ON c.guest_id = i.user_id AND c.listing_id = l.id AND c.kind = 'listing' \
         JOIN participants p ON p.conversation_id = c.id AND p.unread > 0 WHERE i.issuer = $1 AND i.subject = $2)")
        .bind(&guest.issuer).bind(&guest.subject).bind(listing).fetch_one(&mut **c).await?))
}

/// Stores the state of an order, for the admin who sends it, or the command line. The same again changes nothing. Returns its conversation.
pub async fn set(
    conn: &mut Conn<'_>,
    id: OrderId,
    state: &OutsideState,
    admin: Option<UserId>,
    now: Timestamp,
) -> Result<ConversationId> {
    let key = OrderKey::Id(id);
    let conversation = get(conn, &key).await?.ok_or(StoreError::Retry)?.conversation;
    locks::conversation(conn, conversation).await?;
    // Read again under the lock.
    let order = get(conn, &key).await?.ok_or(StoreError::Retry)?;
    let is_changed = set_facts(conn, &order, state, now).await?;
    if order.card.status != state.status {
        transitions::set_status(conn, &order, state.status, state.price.or(order.card.price), now).await?;
        tell(conn, &order, state, admin, now).await?;
    } else if is_changed {
        conn.updates.has_order = true;
        positions::raise_all(conn, conversation).await?;
    }
    Ok(conversation)
}

/// Whether anything is another than it was.
async fn set_facts(conn: &mut Conn<'_>, order: &Order, state: &OutsideState, now: Timestamp) -> Result<bool> {
    let fields = &state.fields;
    let price = state.price.or(order.card.price);
    Ok(on!(conn, c => sqlx::query(
        "UPDATE orders SET starts_on = $2, ends_on = $3, quantity = $4, price_minor = $5, url = $6, updated_at = $7 WHERE id = $1 \
         AND (starts_on IS DISTINCT FROM $2 OR ends_on IS DISTINCT FROM $3 OR quantity <> $4 \
         OR price_minor IS DISTINCT FROM $5 OR url IS DISTINCT FROM $6)")
        .bind(order.card.id.0).bind(fields.starts_on.map(|day| day.0)).bind(fields.ends_on.map(|day| day.0))
        .bind(fields.quantity).bind(price.map(|price| price.minor)).bind(&state.url).bind(now.0)
        .execute(&mut **c).await?.rows_affected())
        > 0)
}

/// Writes the system message of the new status, the notifications and the audit entry.
async fn tell(
    conn: &mut Conn<'_>,
    order: &Order,
    state: &OutsideState,
    admin: Option<UserId>,
    now: Timestamp,
) -> Result<()> {
    let cause = match state.by {
        Some(Actor::Guest) => Some(order.card.guest),
        Some(Actor::Host) => order.card.host,
        Some(Actor::Operator) | None => None,
    };
    let event = event_of(order, state);
    let line = CommandMessage::system(MessageId::new(), order.conversation, cause, &event);
    let action = format!("order_{}", state.status.as_str());
    let (user, action) = match admin {
        Some(admin) => (admin, action),
        None => (order.card.guest, format!("{action}{BY_COMMAND_LINE}")),
    };
    let entry = AuditEntry {
        user,
        action,
        order: Some(order.card.id),
        conversation: Some(order.conversation),
        other: None,
        detail: line.body.clone(),
    };
    let line = CommandMessage { notifies: false, ..line };
    let seqs = system::append(conn, &[line], now).await?;
    if state.notifies {
        let notification = NotificationContent {
            kind: notification_kind(order.card.listing.as_ref()),
            event: &event,
            cause,
            message: seqs.first().map(|seq| (order.conversation, *seq)),
            order: Some(order.card.id),
        };
        notify_others(conn, order.conversation, &notification, now).await?;
    }
    audit::add(conn, entry, now).await
}

/// The system message that tells of a status. That it is open again is told as the request was.
fn event_of(order: &Order, state: &OutsideState) -> SystemMessage {
    let (kind, status) = (order.card.kind, state.status);
    let step = match status {
        Status::Pending => {
            let OrderFields { starts_on, ends_on, .. } = state.fields;
            return SystemMessage::Requested { kind, starts_on, ends_on };
        }
        Status::Accepted => Transition::Accept,
        Status::InProgress => Transition::Start,
        Status::Completed => Transition::Complete,
        Status::Declined => Transition::Decline,
        Status::Cancelled => Transition::Cancel,
    };
    SystemMessage::Stepped { kind, step, status }
}
