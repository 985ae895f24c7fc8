//! Delivery receipts: a device that has applied updates up to a sync position has received the messages
//! before it. Delivered positions are monotonic; where nothing advances, nothing is written.
//!
//! The reports of many users share a transaction. A receipt raises the sync positions of the other participants:
//! whoever reported it knows it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sqlx::{QueryBuilder, query_builder::Separated};
use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Database, Result,
        engine::locks,
        on,
        sync::{
            positions::push_ids,
            updates::{Delta, Receipt},
        },
    },
    shared::{
        ids::{ConversationId, UserId},
        positions::{Seq, SyncSeq},
    },
};

/// A user, and the sync position up to which a device has applied everything.
pub type Report = (UserId, SyncSeq);

/// Conversations that one transaction marks as delivered.
const CONVERSATIONS_MAX: usize = 64;
/// A report that delivers nothing is stored once it is this far ahead of the stored one, so that the search for
/// undelivered messages stays short.
const STORED_DISTANCE: SyncSeq = 100;

/// Joins the reports, a table `r` of users and positions, with conversations that have messages which are
/// undelivered until then. Rooms keep no delivery receipts. A position above the head comes from another epoch, and
/// says nothing about this one.
const JOIN_UNDELIVERED: &str = " AS r JOIN heads h ON h.user_id = r.column1 AND r.column2 > h.delivered AND r.column2 <= h.head \
     JOIN participants p ON p.user_id = h.user_id AND p.changed > h.delivered AND p.changed <= r.column2 \
         AND p.unread > 0 AND p.left_at IS NULL \
     JOIN conversations c ON c.id = p.conversation_id AND c.kind <> 'room' AND p.delivered_seq < c.last_seq ";

#[derive(sqlx::FromRow)]
struct Undelivered {
    user_id: Uuid,
    conversation_id: Uuid,
    last_seq: Seq,
}

/// Records that devices of these users have applied everything up to these positions: unread messages in
/// conversations that changed up to there are delivered. Each user is in it once. Returns the reports if they are too
/// much for one transaction: they are to be stored again.
pub async fn mark_delivered(conn: &mut Conn<'_>, reports: &[Report]) -> Result<Vec<Report>> {
    let found = undelivered(conn, reports, None).await?;
    let ids: BTreeSet<Uuid> = found.iter().map(|row| row.conversation_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let users: Vec<Uuid> = reports.iter().map(|(user, _)| user.0).collect();
    locks::delivery(conn, &ids, &users).await?;
    // Where a lock may have been waited for, it is looked at again.
    let is_locked = matches!(conn.database, Database::Postgres(_)) && !ids.is_empty();
    let found = if is_locked { undelivered(conn, reports, Some(&ids)).await? } else { found };
    if !found.is_empty() {
        record(conn, &found, &ids).await?;
    }
    if found.len() >= CONVERSATIONS_MAX {
        // The rest is found next time, without what has been delivered now.
        return Ok(reports.to_vec());
    }
    let delivering: BTreeSet<Uuid> = found.iter().map(|row| row.user_id).collect();
    store_positions(conn, reports, &delivering).await?;
    Ok(Vec::new())
}

/// Undelivered conversations, at most [`CONVERSATIONS_MAX`]; with `ids` only those.
async fn undelivered(
    conn: &mut Conn<'_>,
    reports: &[Report],
    ids: Option<&[Uuid]>,
) -> Result<Vec<Undelivered>> {
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT p.user_id, p.conversation_id, c.last_seq FROM ");
        push_rows(&mut query, reports, |mut row, (user, applied)| {
            row.push_bind(user.0).push_bind(*applied);
        });
        query.push(JOIN_UNDELIVERED);
        if let Some(ids) = ids {
            query.push("WHERE p.conversation_id IN (");
            push_ids(query.separated(", "), ids);
            query.push(") ");
        }
        query.push("LIMIT ").push_bind(CONVERSATIONS_MAX as i64);
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    }))
}

/// Marks these conversations as delivered, and raises the sync positions of their other participants, by one for
/// each receipt.
async fn record(conn: &mut Conn<'_>, found: &[Undelivered], ids: &[Uuid]) -> Result<()> {
    let participants: Vec<(Uuid, Uuid, SyncSeq)> = on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT p.conversation_id, p.user_id, h.head FROM participants p JOIN heads h ON h.user_id = p.user_id \
             WHERE p.left_at IS NULL AND p.conversation_id IN (");
        push_ids(query.separated(", "), ids);
        query.push(")");
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    });
    let mut heads: BTreeMap<Uuid, SyncSeq> = BTreeMap::new();
    let mut changed: BTreeMap<(Uuid, Uuid), SyncSeq> = BTreeMap::new();
    for row in found {
        let mut recipients = Vec::new();
        let others = participants
            .iter()
            .filter(|(conversation, other, _)| *conversation == row.conversation_id && *other != row.user_id);
        for (conversation, other, head) in others {
            let head = heads.entry(*other).and_modify(|head| *head += 1).or_insert(head + 1);
            changed.insert((*conversation, *other), *head);
            recipients.push((UserId(*other), *head));
        }
        conn.updates.deltas.push(Arc::new(Delta::Receipt(Receipt {
            conversation: ConversationId(row.conversation_id),
            by: UserId(row.user_id),
            delivered_seq: row.last_seq,
            read: None,
            recipients,
        })));
    }
    on!(conn, c => {
        let mut query = QueryBuilder::new("UPDATE participants SET delivered_seq = v.column3 FROM ");
        push_rows(&mut query, found, |mut values, row| {
            values.push_bind(row.conversation_id).push_bind(row.user_id).push_bind(row.last_seq);
        });
        query.push(" AS v WHERE conversation_id = v.column1 AND user_id = v.column2");
        query.build().persistent(false).execute(&mut **c).await?.rows_affected()
    });
    if changed.is_empty() {
        return Ok(());
    }
    on!(conn, c => {
        let mut query = QueryBuilder::new("UPDATE heads SET head = v.column2 FROM ");
        push_rows(&mut query, &heads, |mut values, (user, head)| {
            values.push_bind(*user).push_bind(*head);
        });
        query.push(" AS v WHERE user_id = v.column1");
        query.build().persistent(false).execute(&mut **c).await?.rows_affected()
    });
    on!(conn, c => {
        let mut query = QueryBuilder::new("UPDATE participants SET changed = v.column3 FROM ");
        push_rows(&mut query, &changed, |mut values, ((conversation, user), head)| {
            values.push_bind(*conversation).push_bind(*user).push_bind(*head);
        });
        query.push(" AS v WHERE conversation_id = v.column1 AND user_id = v.column2");
        query.build().persistent(false).execute(&mut **c).await?.rows_affected()
    });
    Ok(())
}

/// Stores the reported positions, below which nothing is looked for any more.
async fn store_positions(conn: &mut Conn<'_>, reports: &[Report], delivering: &BTreeSet<Uuid>) -> Result<()> {
    if reports.is_empty() {
        return Ok(());
    }
    on!(conn, c => {
        let mut query = QueryBuilder::new("UPDATE heads SET delivered = v.column2 FROM ");
        push_rows(&mut query, reports, |mut values, (user, applied)| {
            let distance = if delivering.contains(&user.0) { 1 } else { STORED_DISTANCE };
            values.push_bind(user.0).push_bind(*applied).push_bind(distance);
        });
        query.push(" AS v WHERE user_id = v.column1 AND v.column2 >= delivered + v.column3 AND v.column2 <= head");
        query.build().persistent(false).execute(&mut **c).await?.rows_affected()
    });
    Ok(())
}

/// Pushes these rows as a table. SQLite takes `VALUES` for a million rows, and walks the other table in place of its
/// index; a limit tells it how many there are.
fn push_rows<DB, Rows>(
    query: &mut QueryBuilder<DB>,
    rows: Rows,
    push: impl FnMut(Separated<'_, DB, &'static str>, Rows::Item),
) where
    DB: sqlx::Database,
    Rows: IntoIterator<IntoIter: ExactSizeIterator>,
{
    let rows = rows.into_iter();
    let count = rows.len();
    query.push("(SELECT * FROM (").push_values(rows, push).push(format_args!(") AS listed LIMIT {count})"));
}
