//! Rooms of the past (decision 51): made with their members at once, without a word about it.

use super::members::{has_too_many, names_of, update_people_count};
use crate::{
    server::store::{
        Conn, Result,
        conversations::{create::join, imported::Imported},
        messages::new_message::FirstHash,
        on,
    },
    shared::{
        conversations::{role::Role, rooms::History},
        ids::{ConversationId, UserId},
        values::{text::search_form, time::Timestamp},
    },
};

/// A room as it was elsewhere.
pub struct ImportedRoom<'a> {
    pub id: ConversationId,
    pub name: &'a str,
    /// The first one moderates it.
    pub people: &'a [UserId],
    pub first_hash: FirstHash,
    pub created_at: Timestamp,
}

/// Makes the room, if it is not there. The error is who is in as many rooms as one can be. All its people are locked.
pub async fn create(
    conn: &mut Conn<'_>,
    room: &ImportedRoom<'_>,
) -> Result<std::result::Result<Imported, UserId>> {
    let Some(by) = room.people.first() else { return Ok(Ok((room.id, false))) };
    if is_known(conn, room.id).await? {
        return Ok(Ok((room.id, false)));
    }
    for user in room.people {
        if has_too_many(conn, *user).await? {
            return Ok(Err(*user));
        }
    }
    on!(conn, c => sqlx::query("INSERT INTO conversations (id, kind, created_at) VALUES ($1, 'room', $2)")
        .bind(room.id.0).bind(room.created_at.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7)")
        .bind(room.id.0).bind(room.name).bind(search_form(room.name)).bind(History::Start.as_str()).bind(by.0)
        .bind(room.first_hash.as_slice()).bind(room.created_at.0).execute(&mut **c).await?.rows_affected());
    for user in room.people {
        join(conn, room.id, *user, if user == by { Role::Moderator } else { Role::Member }).await?;
    }
    update_people_count(conn, room.id).await?;
    Ok(Ok((room.id, true)))
}

pub async fn is_known(conn: &mut Conn<'_>, id: ConversationId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM conversations WHERE id = $1)")
        .bind(id.0).fetch_one(&mut **c).await?))
}

/// The names of these people, for a room that has none.
pub async fn names(conn: &mut Conn<'_>, people: &[UserId]) -> Result<Vec<String>> {
    Ok(names_of(conn, people).await?.into_iter().map(|person| person.name).collect())
}
