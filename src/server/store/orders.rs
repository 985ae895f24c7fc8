//! Orders: what was asked for and how it stands. Each has a conversation of its own; what happens to
//! the order is told there, in the same transaction.

use uuid::Uuid;

use super::{
    Conn, Result, StoreError,
    conversations::LastMessageColumns,
    engine::locks,
    listings::like,
    messages::{
        self, FirstHash,
        system::{self, Line},
    },
    notifications::{self, News},
    on,
    operators::audit::{self, Entry},
};
use crate::shared::{
    conversations::role::Role,
    listings::kind::ListingKind,
    notifications::kinds::NotificationKind,
    orders::{
        board::{DeskCursor, DeskPage, DeskRow, StatusCount},
        card::OrderCard,
        code::{OrderCode, OrderKey},
        draft::OrderFields,
        quote::Quote,
        workflow::{Actor, OrderKind, Status, Transition, TransitionRule},
    },
};
use crate::shared::{
    ids::{ConversationId, ListingId, MessageId, OrderId, UserId},
    listings::ListingCard,
    messages::MessageKind,
    orders::{ORDERS_PAGE, Order},
    system_messages::SystemMessage,
    users::Person,
    values::{dates::Day, money::Money, time::Timestamp},
};

/// What a dashboard leaves out; the search is folded.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub statuses: Vec<Status>,
    pub is_unread_only: bool,
    pub search: String,
}

impl Filter {
    /// `,pending,accepted,`: empty for all.
    pub(super) fn statuses(&self) -> String {
        let words: Vec<_> = self.statuses.iter().map(|status| status.as_str()).collect();
        if words.is_empty() { String::new() } else { format!(",{},", words.join(",")) }
    }
}

/// The order `o` of a joined row, where there is one.
#[derive(sqlx::FromRow)]
pub(super) struct OrderColumns {
    order_id: Option<Uuid>,
    order_code: Option<String>,
    order_kind: Option<String>,
    order_status: Option<String>,
    order_title: Option<String>,
    starts_on: Option<i64>,
    ends_on: Option<i64>,
    quantity: Option<i64>,
    price_minor: Option<i64>,
    quote_minor: Option<i64>,
    order_guest: Option<Uuid>,
    order_host: Option<Uuid>,
}

macro_rules! order_columns {
    () => {
        "o.id AS order_id, o.code AS order_code, o.kind AS order_kind, o.status AS order_status, o.title AS order_title, \
         o.starts_on, o.ends_on, o.quantity, o.price_minor, o.quote_minor, o.guest_id AS order_guest, o.host_id AS order_host"
    };
}
pub(super) use order_columns;

impl OrderColumns {
    pub fn into_card(self, listing: Option<ListingCard>) -> Option<OrderCard> {
        Some(OrderCard {
            id: OrderId(self.order_id?),
            code: self.order_code?.parse().ok()?,
            kind: OrderKind::parse(&self.order_kind?)?,
            status: Status::parse(&self.order_status?)?,
            listing,
            title: self.order_title?,
            starts_on: self.starts_on.map(Day),
            ends_on: self.ends_on.map(Day),
            quantity: self.quantity?,
            price: self.price_minor.map(Money::euros),
            quote: self.quote_minor.map(|minor| Quote { price: Money::euros(minor) }),
            guest: UserId(self.order_guest?),
            host: self.order_host.map(UserId),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct OrderRow {
    #[sqlx(flatten)]
    order: OrderColumns,
    note: String,
    created_at: i64,
    conversation_id: Uuid,
    guest_name: String,
    guest_hue: i64,
    operator_id: Option<Uuid>,
    operator_name: Option<String>,
    operator_hue: Option<i64>,
    listing_id: Option<Uuid>,
    listing_kind: Option<String>,
    listing_title: Option<String>,
    place: Option<String>,
    price_cents: Option<i64>,
    paused_at: Option<i64>,
    host_name: Option<String>,
    host_hue: Option<i64>,
}

macro_rules! select_order {
    ($more:expr, $tail:literal) => {
        concat!(
            "SELECT ",
            $crate::server::store::orders::order_columns!(),
            ", o.note, o.created_at, c.id AS conversation_id, g.name AS guest_name, g.hue AS guest_hue, ",
            "o.operator_id, w.name AS operator_name, w.hue AS operator_hue, ",
            "l.id AS listing_id, l.kind AS listing_kind, l.title AS listing_title, l.place, l.price_cents, l.paused_at, ",
            "h.name AS host_name, h.hue AS host_hue",
            $more,
            " FROM orders o JOIN conversations c ON c.order_id = o.id JOIN users g ON g.id = o.guest_id ",
            "LEFT JOIN users w ON w.id = o.operator_id LEFT JOIN listings l ON l.id = o.listing_id ",
            "LEFT JOIN users h ON h.id = l.host_id ",
            $tail
        )
    };
}

impl OrderRow {
    pub fn into_order(self) -> Option<Order> {
        let person = |id: Option<Uuid>, name: Option<String>, hue: Option<i64>| {
            Some(Person { id: UserId(id?), name: name?, hue: hue? })
        };
        let host_id = self.order.order_host;
        let listing = || {
            Some(ListingCard {
                id: ListingId(self.listing_id?),
                kind: ListingKind::parse(&self.listing_kind?)?,
                title: self.listing_title?,
                place: self.place?,
                price_cents: self.price_cents?,
                is_paused: self.paused_at.is_some(),
                host: person(host_id, self.host_name, self.host_hue)?,
            })
        };
        let guest = person(self.order.order_guest, Some(self.guest_name), Some(self.guest_hue))?;
        Some(Order {
            card: self.order.into_card(listing())?,
            note: self.note,
            conversation: ConversationId(self.conversation_id),
            guest,
            operator: person(self.operator_id, self.operator_name, self.operator_hue),
            created_at: Timestamp(self.created_at),
        })
    }
}

/// An order to be made.
#[derive(Clone)]
pub struct NewOrder {
    pub id: OrderId,
    /// Tried one after the other until one is free.
    pub codes: Vec<OrderCode>,
    pub guest: UserId,
    /// Nothing for a custom order.
    pub listing: Option<ListingId>,
    pub fields: OrderFields,
    pub first_hash: FirstHash,
}

pub enum Made {
    /// It stands now, or stood already under the same id, made by the same person with the same words.
    Order(OrderId),
    /// The id belongs to another order.
    Conflict,
    NoListing,
    OwnListing,
    Paused,
    /// What belongs to the listing's kind has changed since it was checked, or it costs too much.
    Unfit,
    /// The guest has as many conversations as one may have.
    TooMany,
}

/// Makes an order with its conversation and the first messages in it (D8).
pub async fn make(
    conn: &mut Conn<'_>,
    new: NewOrder,
    kind: Option<ListingKind>,
    now: Timestamp,
) -> Result<Made> {
    if let Some(listing) = new.listing {
        locks::subject(conn, listing, new.guest).await?;
    } else {
        locks::user(conn, new.guest).await?;
    }
    if let Some(known) = known(conn, &new).await? {
        return Ok(known);
    }
    let listing = match new.listing {
        None => None,
        Some(id) => match crate::server::store::listings::get(conn, id).await? {
            None => return Ok(Made::NoListing),
            Some(listing) if listing.card.host.id == new.guest => return Ok(Made::OwnListing),
            Some(listing) if listing.card.is_paused => return Ok(Made::Paused),
            Some(listing) if Some(listing.card.kind) != kind => return Ok(Made::Unfit),
            Some(listing) => Some(listing.card),
        },
    };
    let price = match &listing {
        None => None,
        Some(listing) => match new.fields.price(listing.kind, listing.price_cents) {
            None => return Ok(Made::Unfit),
            price => price,
        },
    };
    if crate::server::store::conversations::has_too_many(conn, new.guest).await? {
        return Ok(Made::TooMany);
    }
    let order_kind = listing.as_ref().map_or(OrderKind::Custom, |listing| OrderKind::of(listing.kind));
    let title = listing.as_ref().map_or(new.fields.title.as_str(), |listing| listing.title.as_str());
    let host = listing.as_ref().map(|listing| listing.host.id);
    let Some(code) = insert(conn, &new, order_kind, title, host, price, now).await? else {
        // Somebody else has just taken the id, or all codes are taken, which is next to impossible.
        return Ok(known(conn, &new).await?.unwrap_or(Made::Conflict));
    };
    let conversation = ConversationId::new();
    on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, order_id, guest_id, created_at) VALUES ($1, 'order', $2, $3, $4, $5)")
        .bind(conversation.0).bind(new.listing.map(|id| id.0)).bind(new.id.0).bind(new.guest.0).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    join(conn, conversation, new.guest, Role::Guest).await?;
    if let Some(host) = host {
        join(conn, conversation, host, Role::Host).await?;
    }
    let before = match new.listing {
        Some(listing) => crate::server::store::conversations::of_listing(conn, listing, new.guest).await?,
        None => None,
    };
    let line = |conversation, event: SystemMessage| {
        Line::event(MessageId::new(), conversation, Some(new.guest), &event)
    };
    let (starts_on, ends_on) = (new.fields.starts_on, new.fields.ends_on);
    let mut lines =
        vec![line(conversation, SystemMessage::Requested { kind: order_kind, starts_on, ends_on })];
    if let Some(before) = before {
        lines.push(line(conversation, SystemMessage::Talked { conversation: before }));
        lines.push(line(before, SystemMessage::Ordered { order_code: code, conversation, order: new.id }));
    }
    if !new.fields.note.is_empty() {
        lines.push(Line {
            id: MessageId::new(),
            conversation,
            cause: Some(new.guest),
            kind: MessageKind::Text,
            body: new.fields.note.clone(),
        });
    }
    let seqs = system::append(conn, &lines, now).await?;
    let event = SystemMessage::Requested { kind: order_kind, starts_on, ends_on };
    let told = News {
        kind: notification_kind(listing.as_ref()),
        event: &event,
        cause: Some(new.guest),
        at: seqs.first().map(|seq| (conversation, *seq)),
        order: Some(new.id),
    };
    notifications::tell_others(conn, conversation, &told, now).await?;
    Ok(Made::Order(new.id))
}

/// The first answer again, if this id is known.
async fn known(conn: &mut Conn<'_>, new: &NewOrder) -> Result<Option<Made>> {
    let known: Option<(Uuid, Vec<u8>)> = on!(conn, c => sqlx::query_as(
        "SELECT guest_id, first_hash FROM orders WHERE id = $1").bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(known.map(|(guest, hash)| {
        if guest == new.guest.0 && hash == new.first_hash { Made::Order(new.id) } else { Made::Conflict }
    }))
}

/// The code under which it was stored; nothing if the id, or every code, is taken.
async fn insert(
    conn: &mut Conn<'_>,
    new: &NewOrder,
    kind: OrderKind,
    title: &str,
    host: Option<UserId>,
    price: Option<Money>,
    now: Timestamp,
) -> Result<Option<OrderCode>> {
    let fields = &new.fields;
    for code in &new.codes {
        let folded = format!("{} {}", code, title).to_lowercase();
        let inserted = on!(conn, c => sqlx::query(
            "INSERT INTO orders (id, code, kind, listing_id, guest_id, host_id, status, title, folded, starts_on, ends_on, quantity, \
             note, price_minor, currency, first_hash, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17) ON CONFLICT DO NOTHING")
            .bind(new.id.0).bind(code.to_string()).bind(kind.as_str()).bind(new.listing.map(|id| id.0)).bind(new.guest.0)
            .bind(host.map(|host| host.0)).bind(Status::Pending.as_str()).bind(title).bind(&folded)
            .bind(fields.starts_on.map(|day| day.0)).bind(fields.ends_on.map(|day| day.0)).bind(fields.quantity)
            .bind(&fields.note).bind(price.map(|price| price.minor)).bind(price.unwrap_or(Money::euros(0)).currency.as_str())
            .bind(new.first_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
        if inserted == 1 {
            return Ok(Some(*code));
        }
    }
    Ok(None)
}

/// A new participant, whom the command's messages will tell.
async fn join(conn: &mut Conn<'_>, conversation: ConversationId, user: UserId, role: Role) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, 1, 0, 0)")
        .bind(conversation.0).bind(user.0).bind(role.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

pub async fn get(conn: &mut Conn<'_>, key: &OrderKey) -> Result<Option<Order>> {
    let row: Option<OrderRow> = match key {
        OrderKey::Id(id) => on!(conn, c => sqlx::query_as(select_order!("", "WHERE o.id = $1"))
            .bind(id.0).fetch_optional(&mut **c).await?),
        OrderKey::Code(code) => on!(conn, c => sqlx::query_as(select_order!("", "WHERE o.code = $1"))
            .bind(code.to_string()).fetch_optional(&mut **c).await?),
    };
    Ok(row.and_then(OrderRow::into_order))
}

/// A command on an order that is there already. Its id is that of its system message.
#[derive(Clone, Copy)]
pub struct Command {
    pub id: MessageId,
    pub order: OrderId,
    pub user: UserId,
    /// Who this user is to the order; not as whom he once took part.
    pub party: Actor,
    /// The status that he saw.
    pub expected: Status,
}

pub enum Done {
    /// It stands like this now, or stood like this already by the same command.
    Order(Box<Order>),
    /// It has another status by now.
    Stale(Status),
    /// No rule allows it.
    NotAllowed,
    /// The id belongs to another message.
    Conflict,
    NoOrder,
}

/// Takes one step of the status machine, with its message and its entry in the audit log (D2).
pub async fn step(conn: &mut Conn<'_>, command: Command, step: Transition, now: Timestamp) -> Result<Done> {
    let is_same = |event: &SystemMessage| match event {
        SystemMessage::Stepped { step: taken, .. } => *taken == step,
        SystemMessage::QuoteDeclined { .. } => step == Transition::DeclineQuote,
        _ => false,
    };
    let order = match begin(conn, command, is_same).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    let Some(rule) = order.card.rule(step, command.party) else { return Ok(Done::NotAllowed) };
    let accepts = order.card.quote.filter(|_| step == Transition::AcceptQuote);
    let price = accepts.map_or(order.card.price, |quote| Some(quote.price));
    on!(conn, c => sqlx::query(
        "UPDATE orders SET status = $2, price_minor = $3, quote_minor = NULL, updated_at = $4 WHERE id = $1")
        .bind(command.order.0).bind(rule.to.as_str()).bind(price.map(|price| price.minor)).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    finish(conn, command, &order, told(&order, step), step.as_str(), now).await
}

/// What the conversation is told of a step.
fn told(order: &Order, step: Transition) -> Option<SystemMessage> {
    let kind = order.card.kind;
    if step == Transition::DeclineQuote {
        let quote = order.card.quote?;
        return Some(SystemMessage::QuoteDeclined { price: quote.price });
    }
    let status = TransitionRule::of(step, order.card.status)?.to;
    Some(SystemMessage::Stepped { kind, step, status })
}

/// An operator asks a price for a custom order, in place of one that he asked before.
pub async fn quote(conn: &mut Conn<'_>, command: Command, price: Money, now: Timestamp) -> Result<Done> {
    let event = SystemMessage::Quoted { price };
    let order = match begin(conn, command, |known| *known == event).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    let is_open = order.card.kind == OrderKind::Custom && order.card.status == Status::Pending;
    if !is_open || command.party != Actor::Operator {
        return Ok(Done::NotAllowed);
    }
    on!(conn, c => sqlx::query("UPDATE orders SET quote_minor = $2, updated_at = $3 WHERE id = $1")
        .bind(command.order.0).bind(price.minor).bind(now.0).execute(&mut **c).await?.rows_affected());
    finish(conn, command, &order, Some(event), "quote", now).await
}

/// An operator takes an order of the desk up: he takes part in its conversation from now on (B6).
pub async fn take(conn: &mut Conn<'_>, command: Command, now: Timestamp) -> Result<Done> {
    let order = match begin(conn, command, |known| *known == SystemMessage::Taken).await? {
        Ok(order) => order,
        Err(done) => return Ok(done),
    };
    if order.card.host.is_some() || command.party != Actor::Operator {
        return Ok(Done::NotAllowed);
    }
    if crate::server::store::conversations::get(conn, command.user, order.conversation).await?.is_some() {
        return Ok(Done::Order(Box::new(order)));
    }
    add_operator(conn, command, order.conversation).await?;
    on!(conn, c => sqlx::query("UPDATE orders SET operator_id = $2, updated_at = $3 WHERE id = $1")
        .bind(command.order.0).bind(command.user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    finish(conn, command, &order, Some(SystemMessage::Taken), "take", now).await
}

/// Has read what the desk has read, and the rest is unread to him as well.
async fn add_operator(conn: &mut Conn<'_>, command: Command, conversation: ConversationId) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, read_seq, delivered_seq, unread, changed, listed) \
         SELECT c.id, $2, 'operator', 1, o.desk_read_seq, o.desk_read_seq, \
             (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.seq > o.desk_read_seq AND m.seq > c.floor_seq \
              AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> $2)), 0, 0 \
         FROM conversations c JOIN orders o ON o.id = c.order_id WHERE c.id = $1 \
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET left_at = NULL, role = 'operator'")
        .bind(conversation.0).bind(command.user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Locks the order's conversation and checks what must hold there: that the command is new, and that
/// the status is still the one that was seen.
async fn begin(
    conn: &mut Conn<'_>,
    command: Command,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<std::result::Result<Order, Done>> {
    let key = OrderKey::Id(command.order);
    let Some(order) = get(conn, &key).await? else { return Ok(Err(Done::NoOrder)) };
    locks::conversation(conn, order.conversation).await?;
    // As it stands now that nobody else can change it.
    let Some(order) = get(conn, &key).await? else { return Ok(Err(Done::NoOrder)) };
    if let Some(known) = messages::by_id(conn, command.id).await? {
        let is_same = known.is_of(order.conversation, command.user, is_same);
        return Ok(Err(if is_same { Done::Order(Box::new(order)) } else { Done::Conflict }));
    }
    if order.card.status != command.expected {
        return Ok(Err(Done::Stale(order.card.status)));
    }
    Ok(Ok(order))
}

/// How a step of such an order is told to the others, whichever it is.
fn notification_kind(listing: Option<&ListingCard>) -> NotificationKind {
    let is_tour = listing.is_some_and(|listing| listing.kind == ListingKind::Tour);
    if is_tour { NotificationKind::Tour } else { NotificationKind::Booking }
}

/// Tells the conversation, the others and the audit log, and gives the order as it stands now.
async fn finish(
    conn: &mut Conn<'_>,
    command: Command,
    order: &Order,
    event: Option<SystemMessage>,
    action: &'static str,
    now: Timestamp,
) -> Result<Done> {
    let event = event.ok_or(StoreError::Retry)?;
    let line = Line::event(command.id, order.conversation, Some(command.user), &event);
    let entry = Entry {
        user: command.user,
        action: format!("order_{action}"),
        order: Some(command.order),
        conversation: Some(order.conversation),
        other: None,
        detail: line.body.clone(),
    };
    let seqs = system::append(conn, &[line], now).await?;
    let told = News {
        kind: notification_kind(order.card.listing.as_ref()),
        event: &event,
        cause: Some(command.user),
        at: seqs.first().map(|seq| (order.conversation, *seq)),
        order: Some(command.order),
    };
    notifications::tell_others(conn, order.conversation, &told, now).await?;
    audit::add(conn, entry, now).await?;
    let order = get(conn, &OrderKey::Id(command.order)).await?.ok_or(StoreError::Retry)?;
    Ok(Done::Order(Box::new(order)))
}

#[derive(sqlx::FromRow)]
struct DeskColumns {
    #[sqlx(flatten)]
    order: OrderRow,
    visible: i64,
    last_message_at: i64,
    unread: i64,
    waiting_since: Option<i64>,
    is_joined: i64,
    #[sqlx(flatten)]
    message: LastMessageColumns,
}

impl DeskColumns {
    fn into_row(self) -> Option<DeskRow> {
        Some(DeskRow {
            last_message: self.message.last_message(),
            order: self.order.into_order()?,
            active_at: Timestamp(self.last_message_at),
            waiting_since: self.waiting_since.map(Timestamp),
            total: self.visible,
            unread: self.unread,
            is_joined: self.is_joined > 0,
        })
    }
}

/// What of an order of the desk waits for an operator: said by the guest, and read by none of them.
macro_rules! waiting {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM messages n WHERE o.host_id IS NULL AND n.conversation_id = c.id AND n.seq > o.desk_read_seq ",
            "AND n.seq > c.floor_seq AND n.sender_id = o.guest_id AND n.deleted_at IS NULL)"
        )
    };
}

/// A page of all orders for an operator: those with something unread first, then the latest message.
pub async fn desk(
    conn: &mut Conn<'_>,
    user: UserId,
    filter: &Filter,
    after: Option<DeskCursor>,
) -> Result<DeskPage> {
    let start = DeskCursor { is_read: false, at: Timestamp(i64::MAX), id: ConversationId(Uuid::max()) };
    let after = after.unwrap_or(start);
    let rows: Vec<DeskColumns> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT * FROM (",
        select_order!(
            concat!(
                ", o.folded, c.visible, c.last_message_at, ", waiting!("COUNT(*)"), " AS unread, ",
                waiting!("MIN(n.created_at)"), " AS waiting_since, ",
                "(SELECT COUNT(*) FROM participants p WHERE p.conversation_id = c.id AND p.user_id = $1 AND p.left_at IS NULL) AS is_joined, ",
                "m.id AS message_id, m.seq AS message_seq, m.sender_id AS message_sender, m.kind AS message_kind, ",
                "m.body AS message_body, m.created_at AS message_at, m.deleted_at AS message_deleted_at"
            ),
            "LEFT JOIN messages m ON m.id = c.last_message_id AND m.seq > c.floor_seq AND o.host_id IS NULL"
        ),
        ") AS found WHERE ($2 = '' OR $2 LIKE '%,' || order_status || ',%') AND ($3 = 0 OR unread > 0) ",
        "AND ($4 = '%%' OR folded LIKE $4 ESCAPE '\\' OR LOWER(guest_name) LIKE $4 ESCAPE '\\') ",
        "AND (CASE WHEN unread > 0 THEN 0 ELSE 1 END > $5 OR (CASE WHEN unread > 0 THEN 0 ELSE 1 END = $5 ",
        "AND (last_message_at < $6 OR (last_message_at = $6 AND conversation_id < $7)))) ",
        "ORDER BY CASE WHEN unread > 0 THEN 0 ELSE 1 END, last_message_at DESC, conversation_id DESC LIMIT $8"
    ))
        .bind(user.0).bind(filter.statuses()).bind(i64::from(filter.is_unread_only)).bind(like(&filter.search))
        .bind(i64::from(after.is_read)).bind(after.at.0).bind(after.id.0).bind(ORDERS_PAGE + 1)
        .fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > ORDERS_PAGE;
    let rows: Vec<_> =
        rows.into_iter().take(ORDERS_PAGE as usize).filter_map(DeskColumns::into_row).collect();
    let next = rows.last().filter(|_| has_more).map(|row| DeskCursor {
        is_read: row.unread == 0,
        at: row.active_at,
        id: row.order.conversation,
    });
    Ok(DeskPage { rows, next, counts: counts(conn).await?, unread: unread_orders(conn).await? })
}

async fn counts(conn: &mut Conn<'_>) -> Result<Vec<StatusCount>> {
    let rows: Vec<(String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT status, COUNT(*) FROM orders GROUP BY status ORDER BY status").fetch_all(&mut **c).await?);
    Ok(rows
        .into_iter()
        .filter_map(|(status, count)| Some(StatusCount { status: Status::parse(&status)?, count }))
        .collect())
}

async fn unread_orders(conn: &mut Conn<'_>) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT COUNT(*) FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.host_id IS NULL ",
        "AND c.last_seq > o.desk_read_seq AND ", waiting!("COUNT(*)"), " > 0")).fetch_one(&mut **c).await?))
}
