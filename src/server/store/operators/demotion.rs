//! Demotion: an operator who becomes a member leaves what they took up by rank, in the same transaction.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        messages::system::{self, CommandMessage},
        notifications::cascade,
        on,
        sync::positions::{self, STAMPED_MAX},
    },
    shared::{
        conversations::system_messages::{NamedUser, SystemMessage},
        ids::{ConversationId, MessageId},
        users::Person,
        values::time::Timestamp,
    },
};

/// Takes the user out of the conversations of orders that they took up, and gives the orders back to the board.
/// The caller has locked the user, so that they take up no other one meanwhile.
pub(in crate::server::store) async fn leave_orders(
    conn: &mut Conn<'_>,
    person: &Person,
    now: Timestamp,
) -> Result<()> {
    let user = person.id;
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT conversation_id FROM participants WHERE user_id = $1 AND role = 'operator' AND left_at IS NULL ORDER BY conversation_id")
        .bind(user.0).fetch_all(&mut **c).await?);
    // All of them first: a conversation locked after a head could deadlock.
    locks::conversations(conn, &ids).await?;
    on!(conn, c => sqlx::query("UPDATE orders SET operator_id = NULL, updated_at = $2 WHERE operator_id = $1")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    for ids in ids.chunks(STAMPED_MAX) {
        let head = positions::raise(conn, user).await?;
        let mut lines = Vec::new();
        for id in ids {
            on!(conn, c => sqlx::query(
                "UPDATE participants SET left_at = $3, changed = $4, unread = 0 WHERE conversation_id = $1 AND user_id = $2")
                .bind(id).bind(user.0).bind(now.0).bind(head).execute(&mut **c).await?.rows_affected());
            let conversation = ConversationId(*id);
            cascade::delete_on_leave(conn, user, conversation, head, now).await?;
            let named = NamedUser { id: user, name: person.name.clone() };
            let event = SystemMessage::Left { person: named };
            lines.push(CommandMessage::system(MessageId::new(), conversation, Some(user), &event));
        }
        system::append(conn, &lines, now).await?;
    }
    let head = positions::raise(conn, user).await?;
    cascade::delete_of_board(conn, user, head, now).await
}
