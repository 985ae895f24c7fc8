//! Contacts: users who share an active conversation with a viewer.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::UserId,
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

/// The user and when their account was created, if they share an active conversation with the viewer.
pub async fn get(conn: &mut Conn<'_>, viewer: UserId, user: UserId) -> Result<Option<(Person, Timestamp)>> {
    let row: Option<(Uuid, String, i64, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, u.rank, u.created_at FROM users u WHERE u.id = $2 AND u.id <> $1 AND EXISTS \
         (SELECT 1 FROM participants o JOIN participants m ON m.conversation_id = o.conversation_id \
          WHERE o.user_id = u.id AND o.left_at IS NULL AND m.left_at IS NULL AND m.user_id = $1)")
        .bind(viewer.0).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, name, hue, rank, created_at)| {
        let person = Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank));
        (person, Timestamp(created_at))
    }))
}
