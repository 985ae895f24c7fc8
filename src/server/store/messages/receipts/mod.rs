//! Read receipts: how far each participant has read. Positions are clamped to the last message and monotonic;
//! where nothing advances, nothing is written.

pub mod delivery;
pub mod delivery_reports;
pub mod reach;
pub mod unread;

use std::sync::Arc;

use crate::{
    server::{
        faults,
        store::{
            Conn, Result,
            engine::locks,
            notifications::cascade,
            on,
            orders::desk,
            sync::{
                positions,
                updates::{Delta, ReadAdvance, Receipt},
            },
        },
    },
    shared::{
        ids::{ConversationId, UserId},
        messages::receipts::ReadOutcome,
        positions::{Seq, SyncSeq},
        sync::deltas::{OwnCounts, ReadDelta},
        values::time::Timestamp,
    },
};

#[derive(sqlx::FromRow)]
struct ReadState {
    kind: String,
    role: String,
    last_seq: i64,
    floor_seq: i64,
    from_seq: i64,
    read_seq: i64,
    unread: i64,
}

/// Moves a participant's read position forward, at most to the last message. `None` if the user takes no
/// part.
pub async fn mark_read(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    upto_seq: Seq,
    now: Timestamp,
) -> Result<Option<ReadOutcome>> {
    if !locks::conversation_of_participant(conn, id, user).await? {
        return Ok(None);
    }
    let position: Option<ReadState> = on!(conn, c => sqlx::query_as(
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
    let unread_total = unread::total(conn, user).await?;
    Ok(Some(ReadOutcome { conversation: id, read_seq, unread, unread_total }))
}

/// Counts unread messages by their definition: after the read position, visible, not deleted, and from
/// another sender.
async fn count_unread(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    position: &ReadState,
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
    position: &ReadState,
    upto: Seq,
    unread: i64,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("INSERT INTO reads (conversation_id, user_id, upto_seq, at) VALUES ($1, $2, $3, $4)")
        .bind(id.0).bind(user.0).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    let (seen, delivered_seq, is_muted): (SyncSeq, Seq, bool) = on!(conn, c => sqlx::query_as(
        "UPDATE participants SET read_seq = $3, read_from = $4, read_at = $5, unread = $6, marked_unread_at = NULL, \
         seen = CASE WHEN noted_seq <= $3 THEN noted ELSE seen END, \
         delivered_seq = CASE WHEN delivered_seq < $3 THEN $3 ELSE delivered_seq END WHERE conversation_id = $1 AND user_id = $2 \
         RETURNING seen, delivered_seq, muted_at IS NOT NULL")
        .bind(id.0).bind(user.0).bind(upto).bind(position.read_seq).bind(now.0).bind(unread).fetch_one(&mut **c).await?);
    if position.role == "operator" {
        desk::mark_read(conn, id, upto).await?;
    }
    // Between two people the other one sees it at once. In a room only the reader's own devices need the
    // update.
    if position.kind == "room" {
        let head = positions::raise(conn, user).await?;
        positions::stamp(conn, id, user, head).await?;
        cascade::mark_read_upto(conn, user, id, upto, now).await?;
        return Ok(());
    }
    locks::heads(conn, &[id.0]).await?;
    let recipients = positions::raise_and_stamp(conn, &[id.0]).await?;
    let has_read_notifications = cascade::mark_read_upto(conn, user, id, upto, now).await?;
    if has_read_notifications || position.role == "operator" {
        conn.updates.raised.extend(recipients.into_iter().map(|(user, _)| user));
    } else {
        let from_seq = position.read_seq;
        let span = ReadDelta { from_seq, upto_seq: upto, at: now };
        let read = Some(ReadAdvance { span, counts: OwnCounts { unread, seen, is_muted } });
        let receipt = Receipt { conversation: id, by: user, delivered_seq, read, recipients };
        conn.updates.deltas.push(Arc::new(Delta::Receipt(receipt)));
    }
    Ok(())
}
