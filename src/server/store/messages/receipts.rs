//! Receipts: how far each participant has received and read, and what is still unread.
//! Positions are clamped to the last message and never fall; where nothing advances nothing is written.

use std::sync::Arc;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::server::store::{
    Conn, Result,
    engine::locks,
    notifications, on,
    sync::{
        positions::{self, STAMPED_MAX},
        updates::{ReadStep, Receipt, Step},
    },
};
use crate::shared::messages::receipts::Marked;
use crate::shared::positions::{Seq, SyncSeq};
use crate::{
    server::faults,
    shared::{
        ids::{ConversationId, UserId},
        values::time::Timestamp,
    },
};

#[derive(sqlx::FromRow)]
struct Position {
    kind: String,
    role: String,
    last_seq: i64,
    floor_seq: i64,
    from_seq: i64,
    read_seq: i64,
    unread: i64,
}

/// A user's head, and what of his conversations has not been delivered, if there is anything.
#[derive(sqlx::FromRow)]
struct Undelivered {
    head: SyncSeq,
    delivered: SyncSeq,
    conversation_id: Option<Uuid>,
    changed: Option<SyncSeq>,
    last_seq: Option<Seq>,
}

impl Undelivered {
    fn conversation(&self) -> Option<(Uuid, SyncSeq, Seq)> {
        Some((self.conversation_id?, self.changed?, self.last_seq?))
    }
}

/// Unread messages of the user $1 in all conversations that he takes part in and has not muted.
macro_rules! select_unread {
    () => {
        "SELECT CAST(COALESCE(SUM(unread), 0) AS BIGINT) FROM participants \
         WHERE user_id = $1 AND unread > 0 AND left_at IS NULL AND muted_at IS NULL"
    };
}
pub(crate) use select_unread;

/// My unread messages, without the notifications, which reading has no use for.
pub async fn unread_total(conn: &mut Conn<'_>, user: UserId) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(select_unread!()).bind(user.0).fetch_one(&mut **c).await?))
}

/// Moves a participant's reading forward; nothing for a stranger.
pub async fn mark_read(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    upto_seq: Seq,
    now: Timestamp,
) -> Result<Option<Marked>> {
    locks::conversation(conn, id).await?;
    let position: Option<Position> = on!(conn, c => sqlx::query_as(
        "SELECT c.kind, p.role, c.last_seq, c.floor_seq, p.from_seq, p.read_seq, p.unread \
         FROM participants p JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL")
        .bind(id.0).bind(user.0).fetch_optional(&mut **c).await?);
    let Some(position) = position else { return Ok(None) };
    let upto = upto_seq.min(position.last_seq);
    let is_further = upto > position.read_seq || faults::is("receipt_goes_back");
    let (read_seq, unread) = if is_further {
        let counted = count_unread(conn, user, id, &position, upto).await?;
        let unread = if faults::is("count_before_lock") { 0 } else { counted };
        advance(conn, user, id, &position, upto, unread, now).await?;
        (upto, unread)
    } else {
        (position.read_seq, position.unread)
    };
    let unread_total = unread_total(conn, user).await?;
    Ok(Some(Marked { conversation: id, read_seq, unread, unread_total }))
}

/// Takes in that a device of this user has applied everything up to `applied`: what is unread in
/// conversations that changed up to there has been delivered. Rooms keep no delivery.
pub async fn deliver(conn: &mut Conn<'_>, user: UserId, applied: SyncSeq) -> Result<()> {
    locks::delivery(conn, user, applied).await?;
    loop {
        let rows: Vec<Undelivered> = on!(conn, c => sqlx::query_as(
            "SELECT h.head, h.delivered, p.conversation_id, p.changed, c.last_seq FROM heads h \
             LEFT JOIN participants p ON p.user_id = h.user_id AND p.changed > h.delivered AND p.changed <= $2 \
                 AND p.unread > 0 AND p.left_at IS NULL AND p.delivered_seq < \
                     (SELECT last_seq FROM conversations WHERE id = p.conversation_id AND kind <> 'room') \
             LEFT JOIN conversations c ON c.id = p.conversation_id \
             WHERE h.user_id = $1 ORDER BY p.changed LIMIT $3")
            .bind(user.0).bind(applied).bind(STAMPED_MAX as i64).fetch_all(&mut **c).await?);
        let Some(&Undelivered { head, delivered, .. }) = rows.first() else { return Ok(()) };
        // A cursor above the head is of another history and says nothing about this one.
        if applied <= delivered || applied > head {
            return Ok(());
        }
        let rows: Vec<_> = rows.iter().filter_map(Undelivered::conversation).collect();
        let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        let told = if ids.is_empty() { Vec::new() } else { take_in(conn, user, &ids).await? };
        let mine = told.iter().find(|(told, _)| *told == user).map_or(head, |(_, head)| *head);
        match &rows[..] {
            [(id, _, last_seq)] => conn.news.steps.push(Arc::new(Step::Receipt(Receipt {
                conversation: ConversationId(*id),
                by: user,
                delivered_seq: *last_seq,
                read: None,
                told,
            }))),
            _ => conn.news.raised.extend(told.into_iter().map(|(user, _)| user)),
        }
        // A full page may have left rows behind, of its last head too: they come in the next round.
        // What the receipt itself raised needs no report of its own.
        let is_full = rows.len() == STAMPED_MAX;
        let done = match rows.last() {
            Some((_, changed, _)) if is_full => (changed - 1).max(delivered),
            _ if applied == head => mine,
            _ => applied,
        };
        on!(conn, c => sqlx::query("UPDATE heads SET delivered = $2 WHERE user_id = $1")
            .bind(user.0).bind(done).execute(&mut **c).await?.rows_affected());
        if !is_full {
            return Ok(());
        }
    }
}

/// All that these conversations have is delivered. Gives the heads that this raises.
async fn take_in(conn: &mut Conn<'_>, user: UserId, ids: &[Uuid]) -> Result<Vec<(UserId, SyncSeq)>> {
    on!(conn, c => {
        let mut query = QueryBuilder::new(
            "UPDATE participants SET delivered_seq = (SELECT last_seq FROM conversations WHERE id = conversation_id) \
             WHERE user_id = ");
        query.push_bind(user.0).push(" AND conversation_id IN (");
        positions::push_ids(query.separated(", "), ids);
        query.push(")");
        query.build().execute(&mut **c).await?.rows_affected()
    });
    positions::raise_told(conn, ids).await
}

/// The head up to which deliveries have been taken in: below it there is nothing to write.
pub async fn delivered_head(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    let head = on!(conn, c => sqlx::query_scalar("SELECT delivered FROM heads WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(head.unwrap_or(0))
}

/// Unread by its definition: after what was read, kept and may be seen; not mine; not deleted.
async fn count_unread(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    position: &Position,
    upto: Seq,
) -> Result<i64> {
    let above = upto.max(position.floor_seq).max(position.from_seq - 1);
    if above >= position.last_seq {
        return Ok(0);
    }
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND seq > $2 AND deleted_at IS NULL \
         AND (sender_id IS NULL OR sender_id <> $3)")
        .bind(id.0).bind(above).bind(user.0).fetch_one(&mut **c).await?))
}

async fn advance(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    position: &Position,
    upto: Seq,
    unread: i64,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("INSERT INTO reads (conversation_id, user_id, upto_seq, at) VALUES ($1, $2, $3, $4)")
        .bind(id.0).bind(user.0).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    let (seen, delivered_seq, is_muted): (SyncSeq, Seq, bool) = on!(conn, c => sqlx::query_as(
        "UPDATE participants SET read_seq = $3, read_from = $4, read_at = $5, unread = $6, \
         seen = CASE WHEN noted_seq <= $3 THEN noted ELSE seen END, \
         delivered_seq = CASE WHEN delivered_seq < $3 THEN $3 ELSE delivered_seq END WHERE conversation_id = $1 AND user_id = $2 \
         RETURNING seen, delivered_seq, muted_at IS NOT NULL")
        .bind(id.0).bind(user.0).bind(upto).bind(position.read_seq).bind(now.0).bind(unread).fetch_one(&mut **c).await?);
    if position.role == "operator" {
        on!(conn, c => sqlx::query(
            "UPDATE orders SET desk_read_seq = $2 WHERE desk_read_seq < $2 AND host_id IS NULL \
             AND id = (SELECT order_id FROM conversations WHERE id = $1)")
            .bind(id.0).bind(upto).execute(&mut **c).await?.rows_affected());
    }
    // With two, the other sees it at once; in a room only my own devices need to know.
    if position.kind == "room" {
        let head = positions::raise(conn, user).await?;
        positions::stamp(conn, id, user, head).await?;
        notifications::read_along(conn, user, id, upto, now).await?;
        return Ok(());
    }
    locks::heads(conn, &[id.0]).await?;
    let told = positions::raise_told(conn, &[id.0]).await?;
    let is_read_along = notifications::read_along(conn, user, id, upto, now).await?;
    if is_read_along || position.role == "operator" {
        conn.news.raised.extend(told.into_iter().map(|(user, _)| user));
    } else {
        let from_seq = position.read_seq;
        let read = Some(ReadStep { from_seq, upto_seq: upto, at: now, unread, seen, is_muted });
        let receipt = Receipt { conversation: id, by: user, delivered_seq, read, told };
        conn.news.steps.push(Arc::new(Step::Receipt(receipt)));
    }
    Ok(())
}
