//! Settings that a moderator changes: the room's name, its link, and members' roles.

use super::{
    command::{CommandOutcome, RoomCommand, begin, finish},
    members::{names_of, role_of, roles, update_role},
};
use crate::{
    server::store::{Conn, Result, engine::locks, on, users::blocks},
    shared::{
        conversations::role::Role,
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, UserId},
        values::{text::search_form, time::Timestamp},
    },
};

/// Renames the room, which only a moderator may.
pub async fn rename(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    name: String,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let event = SystemMessage::Renamed { name: name.clone() };
    let room = match begin(conn, command, |known| *known == event).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if room.role != Role::Moderator {
        return Ok(CommandOutcome::NotModerator);
    }
    if room.name == name {
        return Ok(CommandOutcome::Room(command.room));
    }
    on!(conn, c => sqlx::query("UPDATE rooms SET name = $2, folded = $3 WHERE conversation_id = $1")
        .bind(command.room.0).bind(&name).bind(search_form(&name)).execute(&mut **c).await?.rows_affected());
    finish(conn, command, event, now).await?;
    Ok(CommandOutcome::Room(command.room))
}

/// Makes a member a moderator, or a moderator a plain member. Never demotes the last moderator.
pub async fn set_role(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    who: UserId,
    role: Role,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let is_same = |event: &SystemMessage| matches!(event, SystemMessage::Promoted { person, role: given } if person.id == who && *given == role);
    let room = match begin(conn, command, is_same).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if room.role != Role::Moderator {
        return Ok(CommandOutcome::NotModerator);
    }
    let there = roles(conn, command.room).await?;
    let Some((_, before)) = there.iter().find(|(other, _)| *other == who) else {
        return Ok(CommandOutcome::NoPerson);
    };
    if *before == role {
        return Ok(CommandOutcome::Room(command.room));
    }
    let is_last = !there.iter().any(|(other, held)| *other != who && *held == Role::Moderator);
    if role != Role::Moderator && is_last {
        return Ok(CommandOutcome::NotModerator);
    }
    let Some(person) = names_of(conn, &[who]).await?.pop() else { return Ok(CommandOutcome::NoPerson) };
    update_role(conn, command.room, who, role).await?;
    finish(conn, command, SystemMessage::Promoted { person, role }, now).await?;
    Ok(CommandOutcome::Room(command.room))
}

/// Sets the room's link, or removes it. It is no part of a summary, so no position is raised.
pub async fn set_link(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    link: Option<String>,
) -> Result<CommandOutcome> {
    locks::conversation(conn, room).await?;
    match role_of(conn, user, room).await? {
        None => return Ok(CommandOutcome::NoRoom),
        Some(Role::Moderator) => {}
        Some(_) => return Ok(CommandOutcome::NotModerator),
    }
    if blocks::is_closed(conn, room).await? {
        return Ok(CommandOutcome::Limited);
    }
    let by = link.as_ref().map(|_| user.0);
    on!(conn, c => sqlx::query("UPDATE rooms SET link = $2, link_by = $3 WHERE conversation_id = $1")
        .bind(room.0).bind(link).bind(by).execute(&mut **c).await?.rows_affected());
    Ok(CommandOutcome::Room(room))
}
