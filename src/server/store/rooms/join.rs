//! Ways into a room: its link, and an accepted invitation.

use uuid::Uuid;

use super::{
    command::{CommandOutcome, Room, RoomCommand, finish, get_room},
    invitations,
    members::{has_too_many, join, moderators, names_of, role_of, was_removed},
};
use crate::{
    server::store::{Conn, Result, conversations, engine::locks, messages::row::by_id, on, users::blocks},
    shared::{
        conversations::{
            role::Role,
            rooms::{Invitation, ROOM_PEOPLE_MAX},
            system_messages::SystemMessage,
        },
        ids::{ConversationId, MessageId, UserId},
        users::Person,
        values::time::Timestamp,
    },
};

/// The room of a link, as it is told to somebody who may join it.
pub async fn of_link(conn: &mut Conn<'_>, user: UserId, link: &str) -> Result<Option<Invitation>> {
    let found: Option<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT conversation_id, name, people FROM rooms WHERE link = $1").bind(link).fetch_optional(&mut **c).await?);
    let Some((room, name, people)) = found else { return Ok(None) };
    let moderators = moderators(conn, ConversationId(room)).await?;
    let is_in = role_of(conn, user, ConversationId(room)).await?.is_some();
    let joined = is_in.then_some(ConversationId(room));
    let link_by = link_maker(conn, ConversationId(room)).await?;
    Ok(Some(Invitation { name, people, moderators, link_by, joined }))
}

/// Who made the link of a room, if that is known and they are in the room still.
async fn link_maker(conn: &mut Conn<'_>, room: ConversationId) -> Result<Option<Person>> {
    let found: Option<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue FROM rooms r JOIN users u ON u.id = r.link_by \
         JOIN participants p ON p.conversation_id = r.conversation_id AND p.user_id = u.id AND p.left_at IS NULL WHERE r.conversation_id = $1")
        .bind(room.0).fetch_optional(&mut **c).await?);
    Ok(found.map(|(id, name, hue)| Person::new(UserId(id), name, hue)))
}

/// Joins the room of a link. A member stays a member.
pub async fn join_by_link(
    conn: &mut Conn<'_>,
    user: UserId,
    id: MessageId,
    link: &str,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT conversation_id FROM rooms WHERE link = $1")
        .bind(link).fetch_optional(&mut **c).await?);
    let Some(room) = found else { return Ok(CommandOutcome::NoRoom) };
    let command = RoomCommand { id, room: ConversationId(room), user };
    locks::user(conn, user).await?;
    locks::conversation(conn, command.room).await?;
    // Read again under the lock.
    let room = get_room(conn, command.room).await?.filter(|room| room.link.as_deref() == Some(link));
    let Some(room) = room else { return Ok(CommandOutcome::NoRoom) };
    if conversations::summary::get(conn, user, command.room).await?.is_some() {
        return Ok(CommandOutcome::Room(command.room));
    }
    if was_removed(conn, command.room, user).await? {
        return Ok(CommandOutcome::Removed);
    }
    enter(conn, command, &room, now).await
}

/// Accepts an invitation into a room. A member stays a member.
pub async fn accept(conn: &mut Conn<'_>, command: RoomCommand, now: Timestamp) -> Result<CommandOutcome> {
    let RoomCommand { room, user, .. } = command;
    locks::user(conn, user).await?;
    // Whoever is neither invited nor a member holds nobody up.
    let is_known =
        role_of(conn, user, room).await?.is_some() || invitations::is_invited(conn, user, room, now).await?;
    if !is_known {
        return Ok(CommandOutcome::NoInvitation);
    }
    locks::conversation(conn, room).await?;
    if conversations::summary::get(conn, user, room).await?.is_some() {
        return Ok(CommandOutcome::Room(room));
    }
    // It may have been withdrawn until the lock.
    if !invitations::is_invited(conn, user, room, now).await? {
        return Ok(CommandOutcome::NoInvitation);
    }
    match get_room(conn, room).await? {
        Some(found) => enter(conn, command, &found, now).await,
        None => Ok(CommandOutcome::NoInvitation),
    }
}

/// Makes the user a member of a room, which is locked, as they are.
async fn enter(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    room: &Room,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let user = command.user;
    if by_id(conn, command.id).await?.is_some() {
        return Ok(CommandOutcome::Conflict);
    }
    if blocks::is_closed(conn, command.room).await? {
        return Ok(CommandOutcome::Limited);
    }
    if room.people >= ROOM_PEOPLE_MAX {
        return Ok(CommandOutcome::Full);
    }
    if has_too_many(conn, user).await? {
        return Ok(CommandOutcome::TooMany);
    }
    join(conn, command.room, user, Role::Member, room.first_seq()).await?;
    let Some(person) = names_of(conn, &[user]).await?.pop() else { return Ok(CommandOutcome::NoPerson) };
    finish(conn, command, SystemMessage::Joined { person }, now).await?;
    invitations::end_accepted(conn, user, command.room, now).await?;
    Ok(CommandOutcome::Room(command.room))
}
