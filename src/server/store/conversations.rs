//! Conversations and their summaries, as one participant sees them.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    Conn, Result, StoreError,
    engine::locks,
    listings::like,
    on,
    orders::{Filter, OrderColumns},
    sync::positions,
};
use crate::shared::positions::{ListedCursor, SyncSeq};
use crate::shared::{
    conversations::{
        CONVERSATIONS_MAX, CONVERSATIONS_PAGE, Conversation,
        rooms::{History, ROOM_PEOPLE_SHOWN, RoomCard},
    },
    ids::{ConversationId, ListingId, MessageId, UserId},
    listings::ListingCard,
    messages::MessageKind,
    notifications::NOTIFICATIONS_PAGE,
    orders::ORDERS_PAGE,
    users::Person,
    values::time::Timestamp,
};
use crate::shared::{
    conversations::{participant::Participant, role::Role, subject::Subject, update::ConversationUpdate},
    listings::kind::ListingKind,
    messages::preview::{LastMessage, preview},
};

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: Uuid,
    kind: String,
    last_seq: i64,
    version: i64,
    floor_seq: i64,
    role: String,
    from_seq: i64,
    left_at: Option<i64>,
    read_seq: i64,
    unread: i64,
    changed: i64,
    listed: i64,
    noted: i64,
    seen: i64,
    listing_id: Option<Uuid>,
    listing_kind: Option<String>,
    title: Option<String>,
    place: Option<String>,
    price_cents: Option<i64>,
    paused_at: Option<i64>,
    host_id: Option<Uuid>,
    host_name: Option<String>,
    host_hue: Option<i64>,
    #[sqlx(flatten)]
    message: LastMessageColumns,
    visible: i64,
    room_name: Option<String>,
    room_history: Option<String>,
    room_people: Option<i64>,
    #[sqlx(flatten)]
    order: OrderColumns,
}

/// The last message `m` of a joined row, where it may be seen.
#[derive(sqlx::FromRow)]
pub(super) struct LastMessageColumns {
    message_id: Option<Uuid>,
    message_seq: Option<i64>,
    message_sender: Option<Uuid>,
    message_kind: Option<String>,
    message_body: Option<String>,
    message_at: Option<i64>,
    message_deleted_at: Option<i64>,
}

impl LastMessageColumns {
    pub fn last_message(&self) -> Option<LastMessage> {
        let kind = MessageKind::parse(self.message_kind.as_deref()?);
        Some(LastMessage {
            id: MessageId(self.message_id?),
            seq: self.message_seq?,
            sender: self.message_sender.map(UserId),
            kind,
            text: preview(kind, self.message_body.as_deref()?),
            created_at: Timestamp(self.message_at?),
            is_deleted: self.message_deleted_at.is_some(),
        })
    }
}

/// One row a conversation for the participant `p`; the last message only where he may see it.
macro_rules! select_summary {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.kind, c.last_seq, c.version, c.floor_seq, p.role, p.from_seq, p.left_at, p.read_seq, ",
            "p.unread, p.changed, p.listed, CASE WHEN p.hidden >= p.noted OR p.muted_at IS NOT NULL THEN 0 ELSE p.noted END AS noted, p.seen, l.id AS listing_id, l.kind AS listing_kind, l.title, l.place, ",
            "l.price_cents, l.paused_at, l.host_id, h.name AS host_name, h.hue AS host_hue, m.id AS message_id, ",
            "m.seq AS message_seq, m.sender_id AS message_sender, m.kind AS message_kind, m.body AS message_body, ",
            "m.created_at AS message_at, m.deleted_at AS message_deleted_at, c.visible, ",
            "r.name AS room_name, r.history AS room_history, r.people AS room_people, ",
            $crate::server::store::orders::order_columns!(),
            " FROM participants p JOIN conversations c ON c.id = p.conversation_id ",
            "LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN rooms r ON r.conversation_id = c.id ",
            "LEFT JOIN listings l ON l.id = c.listing_id LEFT JOIN users h ON h.id = l.host_id ",
            "LEFT JOIN messages m ON m.id = c.last_message_id AND m.seq >= p.from_seq AND m.seq > c.floor_seq ",
            $tail
        )
    };
}

/// What came of asking for the conversation about a listing.
pub enum Opened {
    Conversation(ConversationId),
    /// There is none yet, and the listing is paused.
    Paused,
    OwnListing,
    NoListing,
    /// There is none yet, and the guest has as many as one may have.
    TooMany,
}

/// The one conversation of this guest about this listing (A2): of many who open it at once one makes
/// it, and the unique index lets the others find it.
pub async fn get_or_create(
    conn: &mut Conn<'_>,
    listing: ListingId,
    guest: UserId,
    now: Timestamp,
) -> Result<Opened> {
    locks::subject(conn, listing, guest).await?;
    let found: Option<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT host_id, paused_at FROM listings WHERE id = $1").bind(listing.0).fetch_optional(&mut **c).await?);
    let Some((host, paused_at)) = found else { return Ok(Opened::NoListing) };
    if host == guest.0 {
        return Ok(Opened::OwnListing);
    }
    if let Some(known) = of_listing(conn, listing, guest).await? {
        return Ok(Opened::Conversation(known));
    }
    if paused_at.is_some() {
        return Ok(Opened::Paused);
    }
    if has_too_many(conn, guest).await? {
        return Ok(Opened::TooMany);
    }
    let id = ConversationId::new();
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at) VALUES ($1, 'listing', $2, $3, $4) \
         ON CONFLICT DO NOTHING")
        .bind(id.0).bind(listing.0).bind(guest.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        let made = of_listing(conn, listing, guest).await?.ok_or(StoreError::Retry)?;
        return Ok(Opened::Conversation(made));
    }
    let mut people = [(guest, Role::Guest), (UserId(host), Role::Host)];
    people.sort_by_key(|(user, _)| *user);
    for (user, role) in people {
        let head = positions::raise(conn, user).await?;
        on!(conn, c => sqlx::query(
            "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, 1, $4, $4)")
            .bind(id.0).bind(user.0).bind(role.as_str()).bind(head).execute(&mut **c).await?.rows_affected());
    }
    Ok(Opened::Conversation(id))
}

/// Whether somebody takes part in as many as one may. Holds until the end of the transaction where his row
/// is locked.
pub(super) async fn has_too_many(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
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

/// The summary for an active participant; nothing for a stranger or for one who left.
pub async fn get(conn: &mut Conn<'_>, user: UserId, id: ConversationId) -> Result<Option<Conversation>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL"))
        .bind(id.0).bind(user.0).fetch_all(&mut **c).await?);
    Ok(active(with_people(conn, user, rows).await?).pop())
}

/// Which conversations of the inbox.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Folded text to find in the others' names, title and place.
    pub search: String,
    pub is_unread_only: bool,
    /// Rooms alone.
    pub are_rooms: bool,
}

/// A page of the inbox after a position, latest message first, and whether there is more.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    wanted: &Wanted,
    after: Option<ListedCursor>,
) -> Result<(Vec<Conversation>, Option<ListedCursor>)> {
    let (listed, id) = after.map_or((i64::MAX, Uuid::max()), |cursor| (cursor.listed, cursor.id.0));
    let mut rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.user_id = $1 AND p.left_at IS NULL AND p.listed <= $2 AND (p.listed < $2 OR p.conversation_id < $3) \
         AND (c.last_seq > 0 OR p.role <> 'host') AND ($4 = 0 OR p.unread > 0) \
         AND ($5 = '%%' OR l.folded LIKE $5 ESCAPE '\\' OR o.folded LIKE $5 ESCAPE '\\' OR r.folded LIKE $5 ESCAPE '\\' OR EXISTS (SELECT 1 FROM participants o JOIN users u ON u.id = o.user_id \
              WHERE o.conversation_id = p.conversation_id AND o.user_id <> p.user_id AND u.folded_name LIKE $5 ESCAPE '\\')) \
         AND ($7 = 0 OR c.kind = 'room') ORDER BY p.listed DESC, p.conversation_id DESC LIMIT $6"))
        .bind(user.0).bind(listed).bind(id).bind(i64::from(wanted.is_unread_only)).bind(like(&wanted.search))
        .bind(CONVERSATIONS_PAGE + 1).bind(i64::from(wanted.are_rooms))
        .fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > CONVERSATIONS_PAGE;
    rows.truncate(CONVERSATIONS_PAGE as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|row| ListedCursor { listed: row.listed, id: ConversationId(row.id) });
    Ok((active(with_people(conn, user, rows).await?), next))
}

/// Conversations with a notification of new messages, the latest first: one more than a page, since
/// what is notified besides stands between them.
pub(super) async fn noted_page(
    conn: &mut Conn<'_>,
    user: UserId,
    is_unread_only: bool,
    noted: SyncSeq,
    id: Uuid,
) -> Result<Vec<Conversation>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "JOIN heads t ON t.user_id = p.user_id WHERE p.user_id = $1 AND p.left_at IS NULL AND p.muted_at IS NULL \
         AND p.noted > p.hidden AND p.noted <= $2 AND (p.noted < $2 OR p.conversation_id < $3) \
         AND ($4 = 0 OR (p.unread > 0 AND p.noted > p.seen AND p.noted > t.read_upto)) \
         ORDER BY p.noted DESC, p.conversation_id DESC LIMIT $5"))
        .bind(user.0).bind(noted).bind(id).bind(i64::from(is_unread_only)).bind(NOTIFICATIONS_PAGE + 1)
        .fetch_all(&mut **c).await?);
    Ok(active(with_people(conn, user, rows).await?))
}

/// Summaries with `changed` in (since, upto], oldest change first; one who left gets no text.
pub(super) async fn changed(
    conn: &mut Conn<'_>,
    user: UserId,
    since: SyncSeq,
    upto: SyncSeq,
) -> Result<Vec<ConversationUpdate>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.user_id = $1 AND p.changed > $2 AND p.changed <= $3 ORDER BY p.changed"))
        .bind(user.0).bind(since).bind(upto).fetch_all(&mut **c).await?);
    with_people(conn, user, rows).await
}

/// A page of the orders that this user made, or that were made of his listings, the one with the
/// latest message first. No statuses means all; `search` is folded text to find in codes, titles and
/// names.
pub async fn orders_page(
    conn: &mut Conn<'_>,
    user: UserId,
    role: Role,
    filter: &Filter,
    after: Option<ListedCursor>,
) -> Result<(Vec<Conversation>, Option<ListedCursor>)> {
    let (listed, id) = after.map_or((i64::MAX, Uuid::max()), |cursor| (cursor.listed, cursor.id.0));
    let mut rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.user_id = $1 AND p.left_at IS NULL AND p.role = $2 AND p.conversation_id IN \
         (SELECT mine.id FROM orders made JOIN conversations mine ON mine.order_id = made.id \
          WHERE ($2 = 'guest' AND made.guest_id = $1) OR ($2 = 'host' AND made.host_id = $1)) \
         AND p.listed <= $3 AND (p.listed < $3 OR p.conversation_id < $4) \
         AND ($5 = '' OR $5 LIKE '%,' || o.status || ',%') AND ($6 = 0 OR p.unread > 0) \
         AND ($7 = '%%' OR o.folded LIKE $7 ESCAPE '\\' OR EXISTS (SELECT 1 FROM participants w JOIN users u ON u.id = w.user_id \
              WHERE w.conversation_id = p.conversation_id AND w.user_id <> p.user_id AND u.folded_name LIKE $7 ESCAPE '\\')) \
         ORDER BY p.listed DESC, p.conversation_id DESC LIMIT $8"))
        .bind(user.0).bind(role.as_str()).bind(listed).bind(id).bind(filter.statuses()).bind(i64::from(filter.is_unread_only))
        .bind(like(&filter.search)).bind(ORDERS_PAGE + 1).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > ORDERS_PAGE;
    rows.truncate(ORDERS_PAGE as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|row| ListedCursor { listed: row.listed, id: ConversationId(row.id) });
    Ok((active(with_people(conn, user, rows).await?), next))
}

fn active(news: Vec<ConversationUpdate>) -> Vec<Conversation> {
    let summary = |news| match news {
        ConversationUpdate::Active(conversation) => Some(*conversation),
        ConversationUpdate::Left { .. } => None,
    };
    news.into_iter().filter_map(summary).collect()
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    conversation_id: Uuid,
    user_id: Uuid,
    name: String,
    hue: i64,
    role: String,
    delivered_seq: i64,
    read_seq: i64,
    read_from: i64,
    read_at: Option<i64>,
}

/// Adds the other participants, in one query for all rows.
async fn with_people(
    conn: &mut Conn<'_>,
    user: UserId,
    rows: Vec<SummaryRow>,
) -> Result<Vec<ConversationUpdate>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (rooms, pairs): (Vec<&SummaryRow>, Vec<_>) = rows.iter().partition(|row| row.kind == "room");
    let mut people = people_of_pairs(conn, user, &pairs).await?;
    people.extend(people_of_rooms(conn, user, &rooms).await?);
    let mut people =
        people.into_iter().fold(std::collections::HashMap::<_, Vec<_>>::new(), |mut all, row| {
            all.entry(row.conversation_id).or_default().push(row.into_participant());
            all
        });
    Ok(rows
        .into_iter()
        .map(|row| {
            let others = people.remove(&row.id).unwrap_or_default();
            row.into_news(others)
        })
        .collect())
}

/// Everybody else in conversations between a few.
async fn people_of_pairs(conn: &mut Conn<'_>, user: UserId, rows: &[&SummaryRow]) -> Result<Vec<PersonRow>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT o.conversation_id, o.user_id, u.name, u.hue, o.role, o.delivered_seq, o.read_seq, o.read_from, o.read_at \
             FROM participants o JOIN users u ON u.id = o.user_id WHERE o.left_at IS NULL AND o.user_id <> ");
        query.push_bind(user.0).push(" AND o.conversation_id IN (");
        positions::push_ids(query.separated(", "), rows.iter().map(|row| &row.id));
        query.push(") ORDER BY o.conversation_id, o.user_id");
        query.build_query_as().fetch_all(&mut **c).await?
    }))
}

/// Of each room a few, and whoever wrote last. What others have received and read in a room is no news,
/// so it is not part of its summary.
async fn people_of_rooms(conn: &mut Conn<'_>, user: UserId, rows: &[&SummaryRow]) -> Result<Vec<PersonRow>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT o.conversation_id, o.user_id, u.name, u.hue, o.role, CAST(0 AS BIGINT) AS delivered_seq, \
             CAST(0 AS BIGINT) AS read_seq, CAST(0 AS BIGINT) AS read_from, CAST(NULL AS BIGINT) AS read_at \
             FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.conversation_id ORDER BY p.user_id) AS place \
                   FROM participants p WHERE p.left_at IS NULL AND p.user_id <> ");
        query.push_bind(user.0).push(" AND p.conversation_id IN (");
        positions::push_ids(query.separated(", "), rows.iter().map(|row| &row.id));
        query.push(
            ")) o JOIN users u ON u.id = o.user_id JOIN conversations c ON c.id = o.conversation_id \
             LEFT JOIN messages m ON m.id = c.last_message_id WHERE o.place <= ");
        query.push_bind(ROOM_PEOPLE_SHOWN).push(" OR o.user_id = m.sender_id ORDER BY o.conversation_id, o.user_id");
        query.build_query_as().fetch_all(&mut **c).await?
    }))
}

/// Somebody of a conversation of so many, as summaries name whoever wrote last; nothing where they name
/// everybody anyway.
pub(super) async fn sender_of(
    conn: &mut Conn<'_>,
    id: ConversationId,
    sender: UserId,
    count: usize,
) -> Result<Option<Participant>> {
    if count as i64 <= ROOM_PEOPLE_SHOWN + 1 {
        return Ok(None);
    }
    let row: Option<PersonRow> = on!(conn, c => sqlx::query_as(
        "SELECT p.conversation_id, p.user_id, u.name, u.hue, p.role, CAST(0 AS BIGINT) AS delivered_seq, \
         CAST(0 AS BIGINT) AS read_seq, CAST(0 AS BIGINT) AS read_from, CAST(NULL AS BIGINT) AS read_at \
         FROM participants p JOIN users u ON u.id = p.user_id WHERE p.conversation_id = $1 AND p.user_id = $2")
        .bind(id.0).bind(sender.0).fetch_optional(&mut **c).await?);
    Ok(row.map(PersonRow::into_participant))
}

impl PersonRow {
    fn into_participant(self) -> Participant {
        Participant {
            person: Person { id: UserId(self.user_id), name: self.name, hue: self.hue },
            role: Role::parse(&self.role).unwrap_or(Role::Member),
            delivered_seq: self.delivered_seq,
            read_seq: self.read_seq,
            read_at: self.read_at.map(Timestamp),
            read_from: self.read_from,
        }
    }
}

impl SummaryRow {
    fn into_news(self, people: Vec<Participant>) -> ConversationUpdate {
        let id = ConversationId(self.id);
        if self.left_at.is_some() {
            return ConversationUpdate::Left { id, changed: self.changed };
        }
        ConversationUpdate::Active(Box::new(Conversation {
            id,
            role: Role::parse(&self.role).unwrap_or(Role::Member),
            people,
            unread: self.unread,
            read_seq: self.read_seq,
            from_seq: self.from_seq,
            floor_seq: self.floor_seq,
            last_seq: self.last_seq,
            version: self.version,
            changed: self.changed,
            listed: self.listed,
            total: self.visible,
            noted: self.noted,
            seen: self.seen,
            last_message: self.message.last_message(),
            subject: self.into_subject(),
        }))
    }

    fn into_subject(self) -> Subject {
        let listing = || {
            Some(ListingCard {
                id: ListingId(self.listing_id?),
                kind: ListingKind::parse(&self.listing_kind?)?,
                title: self.title?,
                place: self.place?,
                price_cents: self.price_cents?,
                is_paused: self.paused_at.is_some(),
                host: Person { id: UserId(self.host_id?), name: self.host_name?, hue: self.host_hue? },
            })
        };
        let listing = listing();
        match self.kind.as_str() {
            "listing" => listing.map_or(Subject::Unknown, |listing| Subject::Listing { listing }),
            "order" => {
                let card = self.order.into_card(listing);
                card.map_or(Subject::Unknown, |card| Subject::Order { order: Box::new(card) })
            }
            "room" => {
                let history = self.room_history.as_deref().and_then(History::parse).unwrap_or_default();
                let (name, people) =
                    (self.room_name.unwrap_or_default(), self.room_people.unwrap_or_default());
                Subject::Room { room: RoomCard { name, history, people } }
            }
            _ => Subject::Unknown,
        }
    }
}
