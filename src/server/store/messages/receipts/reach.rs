//! How far a message got to each of its recipients, by the positions of their rows.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{MessageId, UserId},
        messages::reach::Reach,
        users::{Person, rank::Rank},
    },
};

#[derive(sqlx::FromRow)]
struct ReachRow {
    user_id: Uuid,
    name: String,
    hue: i64,
    rank: String,
    is_delivered: bool,
    is_read: bool,
    is_mailed: bool,
    is_bounced: bool,
}

/// Of a message that `sender` wrote and that is not deleted, its recipients who still take part, at most `max`, those whom
/// it did not reach first. Empty for any other message.
pub async fn of_message(
    conn: &mut Conn<'_>,
    message: MessageId,
    sender: UserId,
    max: i64,
) -> Result<Vec<Reach>> {
    let rows: Vec<ReachRow> = on!(conn, c => sqlx::query_as(
        "SELECT p.user_id, u.name, u.hue, u.rank, p.delivered_seq >= m.seq OR p.read_seq >= m.seq AS is_delivered, \
         p.read_seq >= m.seq AS is_read, p.mailed_seq >= m.seq AS is_mailed, p.bounced_seq >= m.seq AS is_bounced \
         FROM messages m JOIN participants p ON p.conversation_id = m.conversation_id AND p.user_id <> m.sender_id \
         JOIN users u ON u.id = p.user_id WHERE m.id = $1 AND m.sender_id = $2 AND m.deleted_at IS NULL AND m.kind = 'text' \
         AND p.left_at IS NULL AND p.from_seq <= m.seq ORDER BY p.read_seq, p.delivered_seq, p.user_id LIMIT $3")
        .bind(message.0).bind(sender.0).bind(max).fetch_all(&mut **c).await?);
    Ok(rows
        .into_iter()
        .map(|row| Reach {
            person: Person {
                id: UserId(row.user_id),
                name: row.name,
                hue: row.hue,
                is_staff: Rank::parse(&row.rank).is_some_and(|rank| rank != Rank::Member),
            },
            is_delivered: row.is_delivered,
            is_read: row.is_read,
            is_mailed: row.is_mailed,
            is_bounced: row.is_bounced,
        })
        .collect())
}
