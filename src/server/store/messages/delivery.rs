//! Delivery receipts: a device that has applied updates up to a sync position has received the messages
//! before it. Delivered positions are monotonic; where nothing advances, nothing is written.

use std::sync::Arc;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        sync::{
            positions::{self, STAMPED_MAX},
            updates::{Delta, Receipt},
        },
    },
    shared::{
        ids::{ConversationId, UserId},
        positions::{Seq, SyncSeq},
    },
};

/// A user's head, joined with one conversation that has undelivered messages, if there is any.
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

/// Records that a device of this user has applied everything up to `applied`: unread messages in
/// conversations that changed up to there are delivered. Rooms keep no delivery receipts.
pub async fn mark_delivered(conn: &mut Conn<'_>, user: UserId, applied: SyncSeq) -> Result<()> {
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
        // A cursor above the head comes from another epoch, and says nothing about this one.
        if applied <= delivered || applied > head {
            return Ok(());
        }
        let rows: Vec<_> = rows.iter().filter_map(Undelivered::conversation).collect();
        let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        let recipients =
            if ids.is_empty() { Vec::new() } else { mark_conversations_delivered(conn, user, &ids).await? };
        let mine =
            recipients.iter().find(|(recipients, _)| *recipients == user).map_or(head, |(_, head)| *head);
        match &rows[..] {
            [(id, _, last_seq)] => conn.updates.deltas.push(Arc::new(Delta::Receipt(Receipt {
                conversation: ConversationId(*id),
                by: user,
                delivered_seq: *last_seq,
                read: None,
                recipients,
            }))),
            _ => conn.updates.raised.extend(recipients.into_iter().map(|(user, _)| user)),
        }
        // A full page may have left rows behind, even of its last position: the next round finds them. The
        // positions that this receipt itself raised need no receipt.
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

/// Marks everything in these conversations as delivered. Returns the raised sync positions.
async fn mark_conversations_delivered(
    conn: &mut Conn<'_>,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<(UserId, SyncSeq)>> {
    on!(conn, c => {
        let mut query = QueryBuilder::new(
            "UPDATE participants SET delivered_seq = (SELECT last_seq FROM conversations WHERE id = conversation_id) \
             WHERE user_id = ");
        query.push_bind(user.0).push(" AND conversation_id IN (");
        positions::push_ids(query.separated(", "), ids);
        query.push(")");
        query.build().execute(&mut **c).await?.rows_affected()
    });
    positions::raise_and_stamp(conn, ids).await
}

/// The position up to which delivery is recorded. A receipt at or below it writes nothing.
pub async fn delivered_position(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    let head = on!(conn, c => sqlx::query_scalar("SELECT delivered FROM heads WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(head.unwrap_or(0))
}
