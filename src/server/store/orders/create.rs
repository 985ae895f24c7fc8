//! Creation of an order with its conversation and first messages, in one transaction (D8).

use uuid::Uuid;

use super::{command::notification_kind, operators};
use crate::{
    server::store::{
        Conn, Result, StoreError,
        conversations::{self, create::join},
        engine::locks,
        listings,
        messages::{
            new_message::FirstHash,
            system::{self, CommandMessage},
        },
        notifications::notify::{NotificationContent, notify_others},
        on,
        operators::cases::decide,
        sync::event_log::{self, NewEvent},
        users::blocks,
    },
    shared::{
        conversations::role::Role,
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, ListingId, MessageId, OrderId, UserId},
        listings::{ListingCard, kind::ListingKind},
        messages::MessageKind,
        operators::events::EventType,
        orders::{
            OPEN_CUSTOM_ORDERS_MAX,
            code::OrderCode,
            draft::OrderFields,
            workflow::{OrderKind, Status},
        },
        values::{money::Money, text::search_form, time::Timestamp},
    },
};

/// An order to be created.
#[derive(Clone)]
pub struct NewOrder {
    pub id: OrderId,
    /// Candidates, tried one after the other until one is free.
    pub codes: Vec<OrderCode>,
    pub guest: UserId,
    /// `None` for a custom order.
    pub listing: Option<ListingId>,
    pub fields: OrderFields,
    /// The listing's price as the guest saw it, if they said.
    pub seen_price_cents: Option<i64>,
    pub first_hash: FirstHash,
    /// What it has besides if it is the marketplace's own.
    pub outside: Option<Outside>,
}

/// An order that the marketplace owns (decision 48). Whether it may be made is decided there.
#[derive(Clone)]
pub struct Outside {
    /// The issuer and its id, with a space between.
    pub external_id: String,
    /// The marketplace's page about it.
    pub url: String,
    /// `None`: what the listing's price makes of it.
    pub price: Option<Money>,
    /// Whether guest and host are notified of it.
    pub notifies: bool,
}

/// Answer to the creation of an order.
pub enum CreateOutcome {
    /// The order is stored, now or before under the same id by the same guest with the same content.
    Order(OrderId),
    /// The id belongs to another order.
    Conflict,
    NoListing,
    OwnListing,
    Paused,
    /// One of the two has blocked the other.
    Closed,
    /// The staff lets the guest begin nothing for now.
    Limited,
    /// The listing's kind has changed since the fields were checked, or the price is out of bounds.
    Unfit,
    /// The listing has another price than the guest saw.
    OtherPrice,
    /// The guest takes part in as many conversations as allowed.
    TooMany,
    /// The guest has [`OPEN_CUSTOM_ORDERS_MAX`] custom orders that are not finished.
    TooManyCustom,
}

/// Creates an order with its conversation and first messages (D8). Idempotent by the order's id.
pub async fn create(
    conn: &mut Conn<'_>,
    new: NewOrder,
    kind: Option<ListingKind>,
    now: Timestamp,
) -> Result<CreateOutcome> {
    if let Some(listing) = new.listing {
        locks::subject(conn, listing, new.guest).await?;
    } else {
        locks::user(conn, new.guest).await?;
    }
    if let Some(existing) = find_existing(conn, &new).await? {
        return Ok(existing);
    }
    let listing = match listing_card(conn, &new, kind).await? {
        Ok(listing) => listing,
        Err(outcome) => return Ok(outcome),
    };
    let price = match &listing {
        None => None,
        Some(listing) => {
            let given = new.outside.as_ref().and_then(|outside| outside.price);
            match given.or_else(|| new.fields.price(listing.kind, listing.price_cents)) {
                None if new.outside.is_none() => return Ok(CreateOutcome::Unfit),
                price => price,
            }
        }
    };
    if new.outside.is_none() && decide::is_limited(conn, new.guest, now).await? {
        return Ok(CreateOutcome::Limited);
    }
    if conversations::create::has_too_many(conn, new.guest).await? {
        return Ok(CreateOutcome::TooMany);
    }
    if listing.is_none() && has_too_many_custom(conn, new.guest).await? {
        return Ok(CreateOutcome::TooManyCustom);
    }
    let order_kind = listing.as_ref().map_or(OrderKind::Custom, |listing| OrderKind::of(listing.kind));
    let title = listing.as_ref().map_or(new.fields.title.as_str(), |listing| listing.title.as_str());
    let host = listing.as_ref().map(|listing| listing.host.id);
    let Some(code) = insert(conn, &new, order_kind, title, host, price, now).await? else {
        // A concurrent command has just taken the id, or all codes are taken, which is next to impossible.
        return Ok(find_existing(conn, &new).await?.unwrap_or(CreateOutcome::Conflict));
    };
    let (conversation, earlier) = place(conn, &new, host, now).await?;
    if let Some(host) = host.filter(|_| new.outside.is_some()) {
        blocks::close_if_between(conn, conversation, new.guest, host).await?;
    }
    let operators = if new.listing.is_none() { operators::lock(conn, new.guest).await? } else { Vec::new() };
    let messages = first_messages(&new, order_kind, code, conversation, earlier);
    let seqs = system::append(conn, &messages, now).await?;
    let (starts_on, ends_on) = (new.fields.starts_on, new.fields.ends_on);
    let event = SystemMessage::Requested { kind: order_kind, starts_on, ends_on };
    let notification = NotificationContent {
        kind: notification_kind(listing.as_ref()),
        event: &event,
        cause: Some(new.guest),
        message: seqs.first().map(|seq| (conversation, *seq)),
        order: Some(new.id),
    };
    if new.outside.as_ref().is_none_or(|outside| outside.notifies) {
        notify_others(conn, conversation, &notification, now).await?;
    }
    operators::notify_operators(conn, &operators, &notification, now).await?;
    Ok(CreateOutcome::Order(new.id))
}

/// Whether a guest has as many open custom orders as allowed. The answer holds until the end of the transaction,
/// because the user's row is locked.
async fn has_too_many_custom(conn: &mut Conn<'_>, guest: UserId) -> Result<bool> {
    let open: i64 = on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM orders WHERE guest_id = $1 AND kind = $2 AND status NOT IN ($3, $4, $5)")
        .bind(guest.0).bind(OrderKind::Custom.as_str()).bind(Status::Completed.as_str())
        .bind(Status::Declined.as_str()).bind(Status::Cancelled.as_str()).fetch_one(&mut **c).await?);
    Ok(open >= OPEN_CUSTOM_ORDERS_MAX)
}

/// The card of the order's listing, `None` for a custom order. The error is the answer if the listing can't
/// be ordered.
async fn listing_card(
    conn: &mut Conn<'_>,
    new: &NewOrder,
    kind: Option<ListingKind>,
) -> Result<std::result::Result<Option<ListingCard>, CreateOutcome>> {
    let Some(id) = new.listing else { return Ok(Ok(None)) };
    Ok(match listings::get(conn, id).await? {
        None => Err(CreateOutcome::NoListing),
        Some(listing) if listing.card.host.id == new.guest => Err(CreateOutcome::OwnListing),
        Some(listing) if new.outside.is_some() => Ok(Some(listing.card)),
        Some(listing) if listing.card.is_paused => Err(CreateOutcome::Paused),
        Some(listing) if blocks::is_between(conn, new.guest, listing.card.host.id).await? => {
            Err(CreateOutcome::Closed)
        }
        Some(listing) if Some(listing.card.kind) != kind => Err(CreateOutcome::Unfit),
        Some(listing) if new.seen_price_cents.is_some_and(|seen| seen != listing.card.price_cents) => {
            Err(CreateOutcome::OtherPrice)
        }
        Some(listing) => Ok(Some(listing.card)),
    })
}

/// The order's conversation, and an earlier one of the same guest and listing, if it is not the same. The first order
/// goes on in the conversation about the listing; one that follows it has a conversation of its own.
async fn place(
    conn: &mut Conn<'_>,
    new: &NewOrder,
    host: Option<UserId>,
    now: Timestamp,
) -> Result<(ConversationId, Option<ConversationId>)> {
    let Some(listing) = new.listing else {
        return Ok((insert_conversation(conn, "order", new, host, now).await?, None));
    };
    let open = conversations::create::of_open_order(conn, listing, new.guest).await?;
    let about = conversations::create::about_listing(conn, listing, new.guest).await?;
    Ok(match (open, about) {
        (None, Some((about, false))) => {
            take_over(conn, about, new).await?;
            (about, None)
        }
        (None, None) => (insert_conversation(conn, "listing", new, host, now).await?, None),
        (open, about) => {
            let earlier = open.or(about.map(|(about, _)| about));
            (insert_conversation(conn, "order", new, host, now).await?, earlier)
        }
    })
}

/// Makes the conversation about the listing that of the order.
async fn take_over(conn: &mut Conn<'_>, about: ConversationId, new: &NewOrder) -> Result<()> {
    locks::conversation(conn, about).await?;
    let taken = on!(conn, c => sqlx::query(
        "UPDATE conversations SET order_id = $2, order_status = $3 WHERE id = $1 AND order_id IS NULL")
        .bind(about.0).bind(new.id.0).bind(Status::Pending.as_str()).execute(&mut **c).await?.rows_affected());
    if taken == 1 { Ok(()) } else { Err(StoreError::Retry) }
}

/// A conversation of the order with its participants.
async fn insert_conversation(
    conn: &mut Conn<'_>,
    kind: &str,
    new: &NewOrder,
    host: Option<UserId>,
    now: Timestamp,
) -> Result<ConversationId> {
    let conversation = ConversationId::new();
    on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, order_id, guest_id, created_at, order_status, desk_unread) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(conversation.0).bind(kind).bind(new.listing.map(|id| id.0)).bind(new.id.0).bind(new.guest.0).bind(now.0)
        .bind(Status::Pending.as_str()).bind(host.is_none().then_some(0_i64))
        .execute(&mut **c).await?.rows_affected());
    event_log::tell(conn, NewEvent::of_conversation(EventType::ConversationCreated, conversation), now)
        .await?;
    join(conn, conversation, new.guest, Role::Guest).await?;
    if let Some(host) = host {
        join(conn, conversation, host, Role::Host).await?;
    }
    Ok(conversation)
}

/// The request and the guest's note. The order's conversation and an earlier one link to each other.
fn first_messages(
    new: &NewOrder,
    kind: OrderKind,
    code: OrderCode,
    conversation: ConversationId,
    earlier: Option<ConversationId>,
) -> Vec<CommandMessage> {
    let message = |conversation, event: SystemMessage| {
        CommandMessage::system(MessageId::new(), conversation, Some(new.guest), &event)
    };
    let (starts_on, ends_on) = (new.fields.starts_on, new.fields.ends_on);
    let mut messages = vec![message(conversation, SystemMessage::Requested { kind, starts_on, ends_on })];
    if let Some(earlier) = earlier {
        messages.push(message(conversation, SystemMessage::Talked { conversation: earlier }));
        messages
            .push(message(earlier, SystemMessage::Ordered { order_code: code, conversation, order: new.id }));
    }
    if !new.fields.note.is_empty() {
        messages.push(CommandMessage {
            id: MessageId::new(),
            conversation,
            cause: Some(new.guest),
            kind: MessageKind::Text,
            body: new.fields.note.clone(),
            notifies: false,
        });
    }
    messages
}

/// The first answer, if the id is known.
async fn find_existing(conn: &mut Conn<'_>, new: &NewOrder) -> Result<Option<CreateOutcome>> {
    let existing: Option<(Uuid, Vec<u8>)> = on!(conn, c => sqlx::query_as(
        "SELECT guest_id, first_hash FROM orders WHERE id = $1").bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(existing.map(|(guest, hash)| {
        if guest == new.guest.0 && hash == new.first_hash {
            CreateOutcome::Order(new.id)
        } else {
            CreateOutcome::Conflict
        }
    }))
}

/// The code under which the order was stored; `None` if the id, or every code, is taken.
async fn insert(
    conn: &mut Conn<'_>,
    new: &NewOrder,
    kind: OrderKind,
    title: &str,
    host: Option<UserId>,
    price: Option<Money>,
    now: Timestamp,
) -> Result<Option<OrderCode>> {
    let (fields, outside) = (&new.fields, new.outside.as_ref());
    for code in &new.codes {
        let folded = search_form(&format!("{code} {title}"));
        let inserted = on!(conn, c => sqlx::query(
            "INSERT INTO orders (id, code, kind, listing_id, guest_id, host_id, status, title, folded, starts_on, ends_on, quantity, \
             note, price_minor, currency, first_hash, created_at, updated_at, external_id, url) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19) ON CONFLICT DO NOTHING")
            .bind(new.id.0).bind(code.to_string()).bind(kind.as_str()).bind(new.listing.map(|id| id.0)).bind(new.guest.0)
            .bind(host.map(|host| host.0)).bind(Status::Pending.as_str()).bind(title).bind(&folded)
            .bind(fields.starts_on.map(|day| day.0)).bind(fields.ends_on.map(|day| day.0)).bind(fields.quantity)
            .bind(&fields.note).bind(price.map(|price| price.minor)).bind(price.unwrap_or(Money::euros(0)).currency.as_str())
            .bind(new.first_hash.as_slice()).bind(now.0).bind(outside.map(|outside| outside.external_id.as_str()))
            .bind(outside.map(|outside| outside.url.as_str())).execute(&mut **c).await?.rows_affected());
        if inserted == 1 {
            return Ok(Some(*code));
        }
    }
    Ok(None)
}
