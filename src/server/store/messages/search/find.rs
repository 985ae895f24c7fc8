//! Reading the index: entries of a search, newest first, and the messages that they stand for, as far as the viewer may read
//! them.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    index::{IDS_OF_MOMENT, searched_text},
    statement::{Scope, exact},
    tags,
};
use crate::{
    server::store::{Conn, Database, Result, on, sync::positions::push_ids},
    shared::{
        ids::{ConversationId, MessageId, UserId},
        orders::code::OrderCode,
        positions::Seq,
        values::{search::query::Query, time::Timestamp},
    },
};

/// A message that was found, and that the viewer may read.
pub struct Hit {
    /// The id of its entry: the next page begins below it.
    pub entry: i64,
    pub id: MessageId,
    pub conversation: ConversationId,
    pub seq: Seq,
    pub sender: Option<UserId>,
    pub sender_name: Option<String>,
    pub created_at: Timestamp,
    pub text: String,
}

/// A page of entries, and whether there may be more below the last one.
pub struct Entries {
    pub ids: Vec<i64>,
    /// Where to go on. `None` after the last one.
    pub below: Option<i64>,
}

/// The newest entries of a search below this one, at most `limit`.
pub async fn entries(
    conn: &mut Conn<'_>,
    scope: &Scope,
    query: &Query,
    below: i64,
    limit: usize,
) -> Result<Entries> {
    let from = scope.since.saturating_mul(IDS_OF_MOMENT);
    let below = below.min(scope.until.saturating_add(1).saturating_mul(IDS_OF_MOMENT));
    let ids: Vec<i64> =
        match &mut conn.database {
            Database::Sqlite(c) => sqlx::query_scalar(
                "SELECT rowid FROM search_words WHERE search_words MATCH $1 AND rowid < $2 AND rowid >= $3 \
                 ORDER BY rowid DESC LIMIT $4",
            )
            .bind(scope.fts5(query))
            .bind(below)
            .bind(from)
            .bind(limit as i64)
            .fetch_all(&mut **c)
            .await?,
            Database::Postgres(_) => return by_periods(conn, scope, query, (from, below), limit).await,
        };
    let below = ids.last().copied().filter(|_| ids.len() == limit);
    Ok(Entries { ids, below })
}

/// The same on PostgreSQL, whose index has no order: period by period, so that only the newest entries are sorted.
async fn by_periods(
    conn: &mut Conn<'_>,
    scope: &Scope,
    query: &Query,
    (from, mut below): (i64, i64),
    limit: usize,
) -> Result<Entries> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(Entries { ids: vec![], below: None }) };
    let ends: (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT id FROM search_entries ORDER BY id LIMIT 1), (SELECT id FROM search_entries ORDER BY id DESC LIMIT 1)",
    )
    .fetch_one(&mut **c)
    .await?;
    let (Some(oldest), Some(newest)) = ends else { return Ok(Entries { ids: vec![], below: None }) };
    let from = from.max(oldest);
    below = below.min(newest.saturating_add(1));
    let period = |entry: i64| tags::period_of(entry.div_euclid(IDS_OF_MOMENT));
    let (first, mut last) = (period(from), period(below - 1));
    let (mut ids, mut periods): (Vec<i64>, _) = (Vec::new(), None);
    let exact = exact(query);
    while last >= first && below > from && ids.len() < limit {
        let count = scope.next_periods(periods);
        periods = Some(count);
        let begin = (last - count + 1).max(first);
        // The subquery is planned for itself: for its newest rows alone the planner would walk the table from its end.
        let statement = if exact.is_empty() {
            "SELECT id FROM (SELECT id FROM search_entries WHERE words @@ CAST($1 AS TSQUERY) OFFSET 0) found \
             WHERE id < $2 AND id >= $3 AND $5 = '' ORDER BY id DESC LIMIT $4"
        } else {
            "SELECT id FROM (SELECT id FROM search_entries WHERE words @@ CAST($1 AS TSQUERY) \
                 AND (words || CAST('' AS TSVECTOR)) @@ CAST($5 AS TSQUERY) OFFSET 0) found \
             WHERE id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4"
        };
        let rest = limit - ids.len();
        let found: Vec<i64> = sqlx::query_scalar(statement)
            .bind(scope.coarse(query, begin..=last))
            .bind(below)
            .bind(from)
            .bind(rest as i64)
            .bind(&exact)
            .persistent(false)
            .fetch_all(&mut **c)
            .await?;
        ids.extend(found);
        last = begin - 1;
    }
    let below = ids.last().copied().filter(|_| ids.len() == limit);
    Ok(Entries { ids, below })
}

#[derive(sqlx::FromRow)]
struct HitRow {
    entry: i64,
    id: Uuid,
    conversation_id: Uuid,
    seq: i64,
    sender_id: Option<Uuid>,
    sender_name: Option<String>,
    kind: String,
    body: String,
    created_at: i64,
    listing_id: Option<Uuid>,
}

/// The messages of these entries that the user may read: takes part now, from the history start on, above the retention floor,
/// not deleted; and that the filters hold for. Newest first.
pub async fn hits(conn: &mut Conn<'_>, scope: &Scope, entries: &[i64]) -> Result<Vec<Hit>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<HitRow> = on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT e.id AS entry, m.id, m.conversation_id, m.seq, m.sender_id, u.name AS sender_name, m.kind, m.body, m.created_at, \
             c.listing_id FROM search_entries e \
             JOIN participants p ON p.conversation_id = e.conversation_id AND p.left_at IS NULL AND p.from_seq <= e.seq AND p.user_id = ");
        query.push_bind(scope.user.0);
        query.push(
            " JOIN conversations c ON c.id = e.conversation_id AND c.floor_seq < e.seq \
             JOIN messages m ON m.conversation_id = e.conversation_id AND m.seq = e.seq AND m.deleted_at IS NULL \
             LEFT JOIN users u ON u.id = m.sender_id WHERE e.id IN (");
        let mut list = query.separated(", ");
        for entry in entries {
            list.push_bind(*entry);
        }
        query.push(")");
        if let Some(with) = scope.with {
            query.push(
                " AND EXISTS (SELECT 1 FROM participants w WHERE w.conversation_id = e.conversation_id AND w.user_id = ");
            query.push_bind(with.0);
            query.push(" AND (w.left_at IS NULL OR c.kind <> 'room'))");
        }
        query.push(" ORDER BY e.id DESC");
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    });
    let is_meant = |row: &HitRow| {
        scope.conversation.is_none_or(|id| id.0 == row.conversation_id)
            && scope.sender.is_none_or(|sender| Some(sender.0) == row.sender_id)
            && scope.listing.is_none_or(|listing| Some(listing.0) == row.listing_id)
            && (scope.since..=scope.until).contains(&row.created_at)
    };
    Ok(rows
        .into_iter()
        .filter(is_meant)
        .filter_map(|row| {
            Some(Hit {
                entry: row.entry,
                id: MessageId(row.id),
                conversation: ConversationId(row.conversation_id),
                seq: row.seq,
                sender: row.sender_id.map(UserId),
                sender_name: row.sender_name,
                created_at: Timestamp(row.created_at),
                text: searched_text(&row.kind, &row.body)?,
            })
        })
        .collect())
}

/// The rooms that a user is in; with somebody, those where both are.
pub async fn rooms(conn: &mut Conn<'_>, user: UserId, with: Option<UserId>) -> Result<Vec<ConversationId>> {
    let mut ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT conversation_id FROM participants WHERE user_id = $1 AND left_at IS NULL AND role IN ('member', 'moderator')")
        .bind(user.0).fetch_all(&mut **c).await?);
    if let Some(with) = with
        && !ids.is_empty()
    {
        ids = on!(conn, c => {
            let mut query = QueryBuilder::new("SELECT conversation_id FROM participants WHERE left_at IS NULL AND user_id = ");
            query.push_bind(with.0);
            query.push(" AND conversation_id IN (");
            push_ids(query.separated(", "), &ids);
            query.push(")");
            query.build_query_scalar().fetch_all(&mut **c).await?
        });
    }
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// The conversation of the order with this code, whoever takes part.
pub async fn conversation_of_order(conn: &mut Conn<'_>, code: OrderCode) -> Result<Option<ConversationId>> {
    let id: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT c.id FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.code = $1")
        .bind(code.to_string()).fetch_optional(&mut **c).await?);
    Ok(id.map(ConversationId))
}
