//! Commands on an existing room: the idempotency and membership checks before one, and the system message
//! after it.

use super::members::{role_of, update_people_count};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        messages::{
            row::by_id,
            system::{self, CommandMessage},
        },
        on,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        conversations::{role::Role, rooms::History},
        ids::{ConversationId, MessageId, UserId},
        positions::Seq,
        values::time::Timestamp,
    },
};

/// A command on an existing room. Its id becomes the id of its system message, which makes it idempotent.
#[derive(Clone, Copy)]
pub struct RoomCommand {
    pub id: MessageId,
    pub room: ConversationId,
    pub user: UserId,
}

/// Answer to a command.
pub enum CommandOutcome {
    /// The command is done, now or before.
    Room(ConversationId),
    /// The id belongs to something else.
    Conflict,
    /// The user takes part in no such room.
    NoRoom,
    /// The user can see no such person.
    NoPerson,
    /// Only a moderator may do this.
    NotModerator,
    /// The staff lets the user begin nothing for now, or has closed the room.
    Limited,
    /// Members may not create rooms here.
    StaffOnly,
    /// The user has to confirm their address first.
    Unconfirmed,
    /// The room would have more than `ROOM_PEOPLE_MAX` members.
    Full,
    /// The user is in `ROOMS_MAX` rooms, or in as many conversations as allowed.
    TooMany,
    /// The user has no open invitation into the room.
    NoInvitation,
    /// A moderator has taken the user out of the room.
    Removed,
    /// A moderator has taken one of the people out of the room, and the user is none.
    RemovedPerson,
    /// The invitation was accepted: the person is in the room.
    Accepted,
    /// The user has invited as many people as one may on a day. So many seconds later the same request would pass.
    TooManyToday { wait_s: i64 },
    /// `ROOM_INVITATIONS_MAX` people are invited into the room.
    TooManyInvited,
    /// One of the people has `USER_INVITATIONS_MAX` open invitations.
    InvitedElsewhere,
}

/// A room, read under its lock.
pub(super) struct Room {
    pub(super) name: String,
    history: History,
    pub(super) link: Option<String>,
    pub(super) people: i64,
    last_seq: Seq,
    floor_seq: Seq,
    /// The role of the command's sender.
    pub(super) role: Role,
}

impl Room {
    /// The history start of a user who joins now: their own joining, or everything above the retention floor.
    pub(super) fn first_seq(&self) -> Seq {
        match self.history {
            History::Start => self.floor_seq + 1,
            History::Joining => self.last_seq + 1,
        }
    }
}

pub(super) async fn get_room(conn: &mut Conn<'_>, id: ConversationId) -> Result<Option<Room>> {
    type Row = (String, String, Option<String>, i64, i64, i64);
    let row: Option<Row> = on!(conn, c => sqlx::query_as(
        "SELECT r.name, r.history, r.link, r.people, c.last_seq, c.floor_seq FROM rooms r \
         JOIN conversations c ON c.id = r.conversation_id WHERE r.conversation_id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|(name, history, link, people, last_seq, floor_seq)| Room {
        name,
        history: History::parse(&history).unwrap_or_default(),
        link,
        people,
        last_seq,
        floor_seq,
        role: Role::Member,
    }))
}

/// The first answer to a repeated command, even if the sender has left the room since.
pub(super) async fn find_repeated(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<Option<CommandOutcome>> {
    let Some(known) = by_id(conn, command.id).await? else { return Ok(None) };
    let is_same = known.is_of(command.room, command.user, is_same);
    Ok(Some(if is_same { CommandOutcome::Room(command.room) } else { CommandOutcome::Conflict }))
}

/// Locks the room, and checks that the command is new and that its sender is a member.
pub(super) async fn begin(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<std::result::Result<Room, CommandOutcome>> {
    let is_locked = locks::conversation_of_participant(conn, command.room, command.user).await?;
    if let Some(done) = find_repeated(conn, command, is_same).await? {
        return Ok(Err(done));
    }
    if !is_locked {
        return Ok(Err(CommandOutcome::NoRoom));
    }
    let Some(role) = role_of(conn, command.user, command.room).await? else {
        return Ok(Err(CommandOutcome::NoRoom));
    };
    let room = get_room(conn, command.room).await?;
    Ok(room.map(|room| Room { role, ..room }).ok_or(CommandOutcome::NoRoom))
}

pub(super) async fn finish(
    conn: &mut Conn<'_>,
    command: RoomCommand,
    event: SystemMessage,
    now: Timestamp,
) -> Result<Vec<Seq>> {
    update_people_count(conn, command.room).await?;
    let line = CommandMessage::system(command.id, command.room, Some(command.user), &event);
    system::append(conn, &[line], now).await
}
