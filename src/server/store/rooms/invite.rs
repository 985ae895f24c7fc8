//! Ways into a room: an invitation by a member, and the room's link.

use uuid::Uuid;

use super::{
    command::{CommandOutcome, RoomCommand, begin, finish, get_room},
    members::{can_invite, has_too_many, join, names_of, role_of, roles, was_removed},
};
use crate::{
    server::store::{
        Conn, Result, conversations,
        engine::locks,
        messages::row::by_id,
        notifications::notify::{NotificationContent, notify},
        on,
        operators::cases::decide,
        users::blocks,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        conversations::{
            role::Role,
            rooms::{Invitation, MODERATORS_NAMED_MAX, ROOM_PEOPLE_MAX},
        },
        ids::{ConversationId, MessageId, UserId},
        notifications::kinds::NotificationKind,
        positions::Seq,
        users::Person,
        values::time::Timestamp,
    },
};

/// Invites people into a room. Those who are members already are left out.
pub async fn invite(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    people: Vec<UserId>,
    is_by_member: bool,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let all: Vec<_> = people.iter().chain([&command.user]).map(|user| user.0).collect();
    locks::users_as_are(conn, &all).await?;
    let room = match begin(conn, command, |event| matches!(event, SystemMessage::Invited { .. })).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if decide::is_limited(conn, command.user, now).await? || blocks::is_closed(conn, command.room).await? {
        return Ok(CommandOutcome::Limited);
    }
    if !can_invite(conn, command.user, is_by_member, &people).await? {
        return Ok(CommandOutcome::NoPerson);
    }
    let there = roles(conn, command.room).await?;
    let fresh: Vec<_> =
        people.into_iter().filter(|user| there.iter().all(|(other, _)| other != user)).collect();
    if fresh.is_empty() {
        return Ok(CommandOutcome::Room(command.room));
    }
    for user in &fresh {
        if room.role != Role::Moderator && was_removed(conn, command.room, *user).await? {
            return Ok(CommandOutcome::NotModerator);
        }
    }
    if room.people + fresh.len() as i64 > ROOM_PEOPLE_MAX {
        return Ok(CommandOutcome::Full);
    }
    for user in &fresh {
        join(conn, command.room, *user, Role::Member, room.first_seq()).await?;
    }
    let names = names_of(conn, &fresh).await?;
    let more = names.len().saturating_sub(NAMED_MAX) as i64;
    let event = SystemMessage::Invited { people: names.into_iter().take(NAMED_MAX).collect(), more };
    let seqs = finish(conn, command, event, now).await?;
    notify_invited(conn, command.room, command.user, &fresh, &seqs, now).await?;
    Ok(CommandOutcome::Room(command.room))
}

pub(super) async fn notify_invited(
    conn: &mut Conn<'_>,
    room: ConversationId,
    by: UserId,
    people: &[UserId],
    seqs: &[Seq],
    now: Timestamp,
) -> Result<()> {
    let event = SystemMessage::Invited { people: Vec::new(), more: 0 };
    let notification = NotificationContent {
        kind: NotificationKind::Message,
        event: &event,
        cause: Some(by),
        message: seqs.first().map(|seq| (room, *seq)),
        order: None,
    };
    notify(conn, people, &notification, now).await
}

/// The room of a link, as it is told to somebody who may join it.
pub async fn of_link(conn: &mut Conn<'_>, user: UserId, link: &str) -> Result<Option<Invitation>> {
    let found: Option<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT conversation_id, name, people FROM rooms WHERE link = $1").bind(link).fetch_optional(&mut **c).await?);
    let Some((room, name, people)) = found else { return Ok(None) };
    let moderators: Vec<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at IS NULL AND p.role = 'moderator' ORDER BY u.folded_name, u.id LIMIT $2")
        .bind(room).bind(MODERATORS_NAMED_MAX).fetch_all(&mut **c).await?);
    let moderators = moderators.into_iter().map(|(id, name, hue)| Person::new(UserId(id), name, hue));
    let is_in = role_of(conn, user, ConversationId(room)).await?.is_some();
    let joined = is_in.then_some(ConversationId(room));
    Ok(Some(Invitation { name, people, moderators: moderators.collect(), joined }))
}

/// People whom one system message names.
const NAMED_MAX: usize = 3;

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
        return Ok(CommandOutcome::NoRoom);
    }
    if by_id(conn, id).await?.is_some() {
        return Ok(CommandOutcome::Conflict);
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
    Ok(CommandOutcome::Room(command.room))
}
