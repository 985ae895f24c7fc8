//! The desk's unread count: the guest's messages in the conversation of an order without a host that no
//! operator has read. It stands in the conversation's row (NULL for all other conversations), so that the order
//! board pages by an index. New messages add to it where they are stored.

use crate::{
    server::store::{Conn, Result, on},
    shared::{ids::ConversationId, positions::Seq},
};

/// Moves the operators' common read position forward. The conversation is locked.
pub(in crate::server::store) async fn mark_read(
    conn: &mut Conn<'_>,
    id: ConversationId,
    upto: Seq,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE orders SET desk_read_seq = $2 WHERE desk_read_seq < $2 AND host_id IS NULL \
         AND id = (SELECT order_id FROM conversations WHERE id = $1)")
        .bind(id.0).bind(upto).execute(&mut **c).await?.rows_affected());
    recount_unread(conn, id).await
}

/// Counts again, after messages went or were read. Does nothing for a conversation that is not the desk's. The
/// conversation is locked.
pub(in crate::server::store) async fn recount_unread(conn: &mut Conn<'_>, id: ConversationId) -> Result<()> {
    let changed = on!(conn, c => sqlx::query(
        "UPDATE conversations SET desk_unread = (SELECT COUNT(*) FROM orders o JOIN messages m \
             ON m.conversation_id = conversations.id AND m.seq > o.desk_read_seq AND m.seq > conversations.floor_seq \
             AND m.sender_id = o.guest_id AND m.deleted_at IS NULL WHERE o.id = conversations.order_id) \
         WHERE id = $1 AND desk_unread IS NOT NULL")
        .bind(id.0).execute(&mut **c).await?.rows_affected());
    conn.updates.has_order |= changed > 0;
    Ok(())
}
