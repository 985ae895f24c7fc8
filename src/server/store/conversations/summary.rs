//! Summaries of conversations as one participant sees them: the joined row, and its conversion to the wire
//! type.

use std::collections::HashMap;

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::participants::{pair_participants, room_participants};
use crate::{
    server::store::{
        Conn, Result, messages::last_message::LastMessageColumns, on, orders::card::OrderColumns,
        sync::positions::push_ids,
    },
    shared::{
        conversations::{
            Conversation,
            participant::Participant,
            role::Role,
            rooms::{History, RoomCard},
            subject::Subject,
            update::ConversationUpdate,
        },
        ids::{ConversationId, ListingId, UserId},
        listings::{ListingCard, kind::ListingKind},
        positions::SyncSeq,
        users::{Person, rank::Rank},
    },
};

#[derive(sqlx::FromRow)]
pub(super) struct SummaryRow {
    pub(super) id: Uuid,
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
    pub(super) listed: i64,
    noted: i64,
    seen: i64,
    is_muted: bool,
    closed: i64,
    is_archived: bool,
    is_starred: bool,
    is_marked: bool,
    listing_id: Option<Uuid>,
    listing_kind: Option<String>,
    title: Option<String>,
    place: Option<String>,
    price_cents: Option<i64>,
    paused_at: Option<i64>,
    host_id: Option<Uuid>,
    host_name: Option<String>,
    host_hue: Option<i64>,
    host_rank: Option<String>,
    #[sqlx(flatten)]
    message: LastMessageColumns,
    visible: i64,
    room_name: Option<String>,
    room_history: Option<String>,
    room_people: Option<i64>,
    #[sqlx(flatten)]
    order: OrderColumns,
}

/// One row per conversation for the participant `p`. The last message is NULL if `p` may not see it.
macro_rules! select_summary {
    ($tail:expr) => {
        concat!(
            "SELECT c.id, c.kind, c.last_seq, c.version, c.floor_seq, p.role, p.from_seq, p.left_at, p.read_seq, ",
            "p.unread, p.changed, p.listed, CASE WHEN p.hidden >= p.noted OR p.muted_at IS NOT NULL THEN 0 ELSE p.noted END AS noted, p.seen, p.muted_at IS NOT NULL AS is_muted, ",
            "p.archived_seq > 0 AND p.archived_seq = c.last_seq AS is_archived, p.starred_at IS NOT NULL AS is_starred, ",
            "p.marked_unread_at IS NOT NULL AS is_marked, ",
            // Whether I am the one who has blocked, which is looked up where somebody has.
            "CASE WHEN c.closed > 0 AND EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = p.user_id AND b.other_id IN (c.guest_id, l.host_id)) ",
            "THEN c.closed + 4 ELSE c.closed END AS closed, l.id AS listing_id, l.kind AS listing_kind, l.title, l.place, ",
            "l.price_cents, CASE WHEN l.hidden > 0 THEN COALESCE(l.paused_at, 0) ELSE l.paused_at END AS paused_at, l.host_id, h.name AS host_name, h.hue AS host_hue, h.rank AS host_rank, m.id AS message_id, ",
            "m.seq AS message_seq, m.sender_id AS message_sender, m.kind AS message_kind, m.body AS message_body, ",
            "m.created_at AS message_at, m.deleted_at AS message_deleted_at, c.visible, ",
            "r.name AS room_name, r.history AS room_history, r.people AS room_people, ",
            $crate::server::store::orders::card::order_columns!(),
            " FROM participants p JOIN conversations c ON c.id = p.conversation_id ",
            "LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN rooms r ON r.conversation_id = c.id ",
            "LEFT JOIN listings l ON l.id = c.listing_id LEFT JOIN users h ON h.id = l.host_id ",
            "LEFT JOIN messages m ON m.id = c.last_message_id AND m.seq >= p.from_seq AND m.seq > c.floor_seq ",
            $tail
        )
    };
}
pub(super) use select_summary;

/// The summary for an active participant; `None` for a user who never took part or has left.
pub async fn get(conn: &mut Conn<'_>, user: UserId, id: ConversationId) -> Result<Option<Conversation>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL"))
        .bind(id.0).bind(user.0).fetch_all(&mut **c).await?);
    Ok(only_active(with_participants(conn, user, rows).await?).pop())
}

/// The summaries of these conversations, of those in which the user takes part.
pub async fn of(conn: &mut Conn<'_>, user: UserId, ids: &[Uuid]) -> Result<Vec<Conversation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    conn.join_as_written().await?;
    let rows: Vec<SummaryRow> = on!(conn, c => {
        let mut query = QueryBuilder::new(select_summary!("WHERE p.left_at IS NULL AND p.user_id = "));
        query.push_bind(user.0);
        query.push(" AND p.conversation_id IN (");
        push_ids(query.separated(", "), ids);
        query.push(")");
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    });
    Ok(only_active(with_participants(conn, user, rows).await?))
}

/// Summaries with `changed` in (since, upto], oldest change first. A participant who has left gets no text.
pub(in crate::server::store) async fn changed(
    conn: &mut Conn<'_>,
    user: UserId,
    since: SyncSeq,
    upto: SyncSeq,
) -> Result<Vec<ConversationUpdate>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.user_id = $1 AND p.changed > $2 AND p.changed <= $3 ORDER BY p.changed"))
        .bind(user.0).bind(since).bind(upto).fetch_all(&mut **c).await?);
    with_participants(conn, user, rows).await
}

pub(super) fn only_active(updates: Vec<ConversationUpdate>) -> Vec<Conversation> {
    let summary = |update| match update {
        ConversationUpdate::Active(conversation) => Some(*conversation),
        ConversationUpdate::Left { .. } => None,
    };
    updates.into_iter().filter_map(summary).collect()
}

/// Adds the other participants, in one query for all rows of a kind.
pub(super) async fn with_participants(
    conn: &mut Conn<'_>,
    user: UserId,
    rows: Vec<SummaryRow>,
) -> Result<Vec<ConversationUpdate>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = |is_room| -> Vec<Uuid> {
        rows.iter().filter(|row| (row.kind == "room") == is_room).map(|row| row.id).collect()
    };
    let mut participants = pair_participants(conn, user, &ids(false)).await?;
    participants.extend(room_participants(conn, user, &ids(true)).await?);
    let mut by_conversation: HashMap<Uuid, Vec<Participant>> = HashMap::new();
    for row in participants {
        by_conversation.entry(row.conversation_id).or_default().push(row.into_participant());
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let others = by_conversation.remove(&row.id).unwrap_or_default();
            row.into_update(others)
        })
        .collect())
}

impl SummaryRow {
    fn into_update(self, people: Vec<Participant>) -> ConversationUpdate {
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
            is_muted: self.is_muted,
            closed: self.closed,
            is_archived: self.is_archived,
            is_starred: self.is_starred,
            is_marked: self.is_marked,
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
                host: Person::new(UserId(self.host_id?), self.host_name?, self.host_hue?)
                    .with_rank(Rank::from_stored(&self.host_rank?)),
            })
        };
        let listing = listing();
        // The conversation about a listing goes on as that of an order.
        if self.order.is_some() {
            let card = self.order.into_card(listing);
            return card.map_or(Subject::Unknown, |card| Subject::Order { order: Box::new(card) });
        }
        match self.kind.as_str() {
            "listing" => listing.map_or(Subject::Unknown, |listing| Subject::Listing { listing }),
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
