//! The command by which a member invites people into a room.

use super::{
    command::{CommandOutcome, RoomCommand, begin},
    invitations,
    members::{can_invite, roles, was_removed},
};
use crate::{
    server::store::{Conn, Result, engine::locks, operators::cases::decide, users::blocks},
    shared::{
        conversations::{role::Role, system_messages::SystemMessage},
        ids::UserId,
        values::time::Timestamp,
    },
};

/// Whom a command invites, and what is allowed to who sends it.
#[derive(Clone)]
pub struct Invite {
    pub people: Vec<UserId>,
    /// A plain member, who may invite only whom they are acquainted with.
    pub is_by_member: bool,
    /// People whom one user may invite on a day.
    pub per_day: i64,
}

/// Invites people into a room. Those who are members or invited already are left out. Nothing is written into the room.
pub async fn invite(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    new: Invite,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let all: Vec<_> = new.people.iter().chain([&command.user]).map(|user| user.0).collect();
    locks::users(conn, &all).await?;
    let room = match begin(conn, command, |event| matches!(event, SystemMessage::Invited { .. })).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if invitations::is_repeated(conn, command).await? {
        return Ok(CommandOutcome::Room(command.room));
    }
    if decide::is_limited(conn, command.user, now).await? || blocks::is_closed(conn, command.room).await? {
        return Ok(CommandOutcome::Limited);
    }
    if !can_invite(conn, command.user, new.is_by_member, &new.people).await? {
        return Ok(CommandOutcome::NoPerson);
    }
    let there = roles(conn, command.room).await?;
    let people: Vec<_> =
        new.people.into_iter().filter(|user| there.iter().all(|(other, _)| other != user)).collect();
    for user in &people {
        if room.role != Role::Moderator && was_removed(conn, command.room, *user).await? {
            return Ok(CommandOutcome::RemovedPerson);
        }
    }
    let whose = (command.room, command.user);
    let new = match invitations::check(conn, whose, &people, new.per_day, now).await? {
        Ok(new) => new,
        Err(refused) => return Ok(refused),
    };
    if !new.is_empty() {
        invitations::add(conn, whose, command.id.0, &new, now).await?;
    }
    Ok(CommandOutcome::Room(command.room))
}
