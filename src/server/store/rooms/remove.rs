//! The end of a membership: leaving a room, or being removed by a moderator.

use super::{
    command::{CommandOutcome, RoomCommand, begin, find_repeated, finish},
    invitations,
    members::{names_of, roles, update_role},
};
use crate::{
    server::{
        faults,
        store::{Conn, Result, engine::locks, notifications::cascade, on, sync::positions},
    },
    shared::{
        conversations::role::Role, conversations::system_messages::SystemMessage, ids::UserId,
        values::time::Timestamp,
    },
};

/// Leaves a room, or removes another member, which only a moderator may.
pub async fn remove(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    who: UserId,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let is_leaving = who == command.user;
    let is_same = |event: &SystemMessage| match event {
        SystemMessage::Left { .. } => is_leaving,
        SystemMessage::Removed { person } => person.id == who,
        _ => false,
    };
    if let Some(done) = find_repeated(conn, command, is_same).await? {
        return Ok(done);
    }
    let room = match begin(conn, command, |_| false).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if !is_leaving && room.role != Role::Moderator {
        return Ok(CommandOutcome::NotModerator);
    }
    let there = roles(conn, command.room).await?;
    if there.iter().all(|(other, _)| *other != who) {
        return Ok(CommandOutcome::NoPerson);
    }
    let Some(person) = names_of(conn, &[who]).await?.pop() else { return Ok(CommandOutcome::NoPerson) };
    // Lock all heads first, including that of the leaving member, in the common order.
    locks::conversations(conn, &[command.room.0]).await?;
    let head = positions::raise(conn, who).await?;
    on!(conn, c => sqlx::query(
        "UPDATE participants SET left_at = $3, changed = $4, unread = 0, removed = $5 WHERE conversation_id = $1 AND user_id = $2")
        .bind(command.room.0).bind(who.0).bind(now.0).bind(head).bind(i64::from(!is_leaving)).execute(&mut **c).await?.rows_affected());
    cascade::delete_on_leave(conn, who, command.room, head, now).await?;
    if faults::is("row_deleted_on_leaving") {
        on!(conn, c => sqlx::query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2")
            .bind(command.room.0).bind(who.0).execute(&mut **c).await?.rows_affected());
    }
    if !is_leaving {
        invitations::end_of_removed(conn, who, command.room, now).await?;
        // The old link would let the removed member back in.
        on!(conn, c => sqlx::query("UPDATE rooms SET link = NULL WHERE conversation_id = $1")
            .bind(command.room.0).execute(&mut **c).await?.rows_affected());
    }
    // A room always has a moderator.
    let rest: Vec<_> = there.into_iter().filter(|(other, _)| *other != who).collect();
    if let Some((next, _)) = rest.first().filter(|_| rest.iter().all(|(_, role)| *role != Role::Moderator)) {
        update_role(conn, command.room, *next, Role::Moderator).await?;
    }
    let event = if is_leaving { SystemMessage::Left { person } } else { SystemMessage::Removed { person } };
    finish(conn, command, event, now).await?;
    Ok(CommandOutcome::Room(command.room))
}
