//! Append on PostgreSQL: one statement, which calls a function of the migrations.

use uuid::Uuid;

use super::{Stored, row_of};
use crate::{
    server::store::{Conn, Database, Result, messages::new_message::NewMessage, sync::updates::Recipient},
    shared::{ids::UserId, values::time::Timestamp},
};

const APPEND: &str = "SELECT * FROM append_messages($1, $2, $3, $4, $5, $6, $7)";
const APPEND_ATTACHED: &str = "SELECT * FROM append_attached($1, $2, $3, $4, $5, $6, $7, $8)";

#[derive(sqlx::FromRow)]
struct AppendedRow {
    /// Index of the message in the arguments, from 1.
    place: i64,
    seq: i64,
    version: i64,
    created_at: i64,
    is_of_order: bool,
    told_users: Vec<Uuid>,
    told_heads: Vec<i64>,
    told_unread: Vec<i64>,
    told_muted: Vec<bool>,
}

impl AppendedRow {
    fn recipients(&self) -> Vec<Recipient> {
        let marks = self.told_heads.iter().zip(&self.told_unread).zip(&self.told_muted);
        let recipient = |(user, ((head, unread), is_muted)): (&Uuid, ((&i64, &i64), &bool))| Recipient {
            user: UserId(*user),
            head: *head,
            unread: *unread,
            is_muted: *is_muted,
        };
        self.told_users.iter().zip(marks).map(recipient).collect()
    }
}

/// One round trip; the functions are in the migrations. Where nothing is attached to any of them, it is the one without.
pub(super) async fn append_on_postgres(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
) -> Result<Vec<Option<Stored>>> {
    fn each<T>(messages: &[(&NewMessage, Timestamp)], of: impl Fn(&NewMessage) -> T) -> Vec<T> {
        messages.iter().map(|(new, _)| of(new)).collect()
    }
    let mut stored: Vec<Option<Stored>> = messages.iter().map(|_| None).collect();
    let Database::Postgres(connection) = &mut conn.database else { return Ok(stored) };
    let times: Vec<_> = messages.iter().map(|(_, now)| now.0).collect();
    let has_attached = messages.iter().any(|(new, _)| new.attached.is_some());
    let append = if has_attached { APPEND_ATTACHED } else { APPEND };
    let query = sqlx::query_as(append)
        .bind(each(messages, |new| new.id.0))
        .bind(each(messages, |new| new.conversation.0))
        .bind(each(messages, |new| new.sender.0))
        .bind(each(messages, |new| new.kind.as_str()))
        .bind(each(messages, |new| new.body.clone()))
        .bind(each(messages, |new| new.first_hash.to_vec()))
        .bind(times);
    let query = if has_attached { query.bind(each(messages, |new| new.attached.clone())) } else { query };
    let rows: Vec<AppendedRow> = query.fetch_all(&mut **connection).await?;
    for appended in rows {
        conn.updates.has_order |= appended.is_of_order;
        let index = appended.place as usize - 1;
        let (new, _) = messages[index];
        let row = row_of(new, new.id.0, appended.seq, appended.version, appended.created_at);
        stored[index] = Some((row, appended.recipients()));
    }
    Ok(stored)
}
