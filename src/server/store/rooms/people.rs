//! Lists of people for a viewer: members of a room, readers of a message, and contacts who can be invited.

use uuid::Uuid;

use super::{command::get_room, invitations, members::role_of};
use crate::{
    server::store::{Conn, Result, conversations, listings::like, on, users::blocks::is_blocked},
    shared::{
        conversations::{
            role::Role,
            rooms::{ROOM_PEOPLE_MAX, Reader, RoomPeople, RoomPerson},
        },
        ids::{ConversationId, UserId},
        positions::Seq,
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

/// The members of a room by name, former members since the viewer's history start, who is invited, and the link for a
/// moderator. `None` if the viewer is no member.
pub async fn people(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<Option<RoomPeople>> {
    let Some(mine) = role_of(conn, user, room).await? else { return Ok(None) };
    let Some(found) = get_room(conn, room).await? else { return Ok(None) };
    let rows: Vec<(Uuid, String, i64, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, u.rank, p.role FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at IS NULL ORDER BY u.folded_name, u.id LIMIT $2")
        .bind(room.0).bind(ROOM_PEOPLE_MAX).fetch_all(&mut **c).await?);
    let people = rows.into_iter().map(|(id, name, hue, rank, role)| RoomPerson {
        person: Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank)),
        role: Role::parse(&role).unwrap_or(Role::Member),
    });
    let former: Vec<(Uuid, String, i64, String)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, u.rank FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at >= COALESCE((SELECT m.created_at FROM participants me \
             JOIN messages m ON m.conversation_id = me.conversation_id AND m.seq = me.from_seq \
             WHERE me.conversation_id = $1 AND me.user_id = $3), 0) ORDER BY p.left_at DESC, u.id LIMIT $2")
        .bind(room.0).bind(ROOM_PEOPLE_MAX).bind(user.0).fetch_all(&mut **c).await?);
    let former = former
        .into_iter()
        .map(|(id, name, hue, rank)| Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank)));
    let by = (mine != Role::Moderator).then_some(user);
    Ok(Some(RoomPeople {
        invited: invitations::of_room(conn, room, by, now).await?,
        people: people.collect(),
        former: former.collect(),
        link: found.link.filter(|_| mine == Role::Moderator),
    }))
}

/// The other participants who have read this message, first reader first. `None` if the viewer may not see
/// it.
pub async fn readers(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    seq: Seq,
) -> Result<Option<Vec<Reader>>> {
    let conversation = conversations::summary::get(conn, user, id).await?;
    if conversation.is_none_or(|conversation| seq < conversation.first_seq() || seq > conversation.last_seq) {
        return Ok(None);
    }
    let rows: Vec<(Uuid, String, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, MIN(r.at) AS at FROM reads r JOIN users u ON u.id = r.user_id \
         JOIN participants p ON p.conversation_id = r.conversation_id AND p.user_id = r.user_id AND p.left_at IS NULL AND p.from_seq <= $2 \
         WHERE r.conversation_id = $1 AND r.upto_seq >= $2 AND r.user_id <> $3 GROUP BY u.id, u.name, u.hue ORDER BY at, u.id LIMIT $4")
        .bind(id.0).bind(seq).bind(user.0).bind(ROOM_PEOPLE_MAX).fetch_all(&mut **c).await?);
    Ok(Some(
        rows.into_iter()
            .map(|(id, name, hue, at)| Reader {
                person: Person::new(UserId(id), name, hue),
                at: Timestamp(at),
            })
            .collect(),
    ))
}

/// Conversations of a user, latest message first, that are looked through for contacts.
const CONTACTS_SEARCHED_MAX: i64 = 2_000;

/// Users whom this user can invite, from the latest active conversations, by a part of their folded name.
pub async fn contacts(conn: &mut Conn<'_>, user: UserId, search: &str, limit: i64) -> Result<Vec<Person>> {
    let rows: Vec<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT u.id, u.name, u.hue FROM users u WHERE u.id <> $1 AND u.suspended_at IS NULL AND u.folded_name LIKE $2 ESCAPE '\\' \
         AND u.id IN (SELECT o.user_id FROM (SELECT conversation_id, wrote FROM participants WHERE user_id = $1 AND left_at IS NULL \
             ORDER BY listed DESC LIMIT $4) AS m JOIN participants o ON o.conversation_id = m.conversation_id WHERE o.left_at IS NULL \
             AND ((o.wrote = 1 AND m.wrote = 1) OR o.role IN ('member', 'moderator'))) AND NOT ",
        is_blocked!("u.id", "$1"), " ORDER BY u.folded_name, u.id LIMIT $3"))
        .bind(user.0).bind(like(search)).bind(limit).bind(CONTACTS_SEARCHED_MAX).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, name, hue)| Person::new(UserId(id), name, hue)).collect())
}
