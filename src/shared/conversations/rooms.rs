//! Rooms: group conversations with a name and moderators.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::role::Role;
use crate::shared::{
    errors::{ApiError, Result},
    ids::{ConversationId, UserId},
    json::{read_by_serde, read_fields, read_unit_enums},
    users::Person,
    values::{
        text,
        time::{DAY, SECOND, Timestamp},
    },
    words,
};

pub const ROOM_NAME_MAX_CHARS: usize = 60;
/// Most rooms of one user. Beyond them the user can create and join no more.
pub const ROOMS_MAX: i64 = 500;
/// Most participants of one room.
pub const ROOM_PEOPLE_MAX: i64 = 500;
/// Most users that one command invites.
pub const INVITES_MAX: usize = 100;
/// Most open invitations into one room.
pub const ROOM_INVITATIONS_MAX: i64 = 500;
/// Most open invitations of one user. Beyond them nobody can invite the user.
pub const USER_INVITATIONS_MAX: i64 = 100;
/// An invitation that nobody answers expires after this time. For as long nobody can ask anew whoever has declined.
pub const INVITATION_LIFETIME_MICROS: i64 = 30 * DAY;
/// An invitation link expires after this time. Its moderators renew it by making another.
pub const LINK_LIFETIME_MICROS: i64 = 30 * DAY;
/// Participants of a room in its summary, besides the sender of the last message.
pub const ROOM_PEOPLE_SHOWN: i64 = 8;

/// Stands before the name of a mentioned user.
pub const MENTION_PREFIX: char = '@';

/// Where a new participant's history starts.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// At the beginning of the room.
    #[default]
    Start,
    /// At the moment they joined.
    Joining,
}

impl History {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Joining => "joining",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Start, Self::Joining].into_iter().find(|history| history.as_str() == text)
    }
}

/// A room as a conversation's subject.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomCard {
    pub name: String,
    pub history: History,
    /// The number of participants, including me.
    pub people: i64,
}

/// What the link of a room tells before one joins: whose room it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    pub name: String,
    pub people: i64,
    /// Some of its moderators.
    pub moderators: Vec<Person>,
    /// Who made the link, if that is known and they are in the room still.
    pub link_by: Option<Person>,
    /// Set if the viewer is in it already.
    pub joined: Option<ConversationId>,
}

/// An open invitation of mine into a room.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomInvitation {
    pub room: ConversationId,
    pub name: String,
    /// The number of participants.
    pub people: i64,
    /// Some of the room's moderators, at most 3.
    pub moderators: Vec<Person>,
    pub invited_by: Person,
    pub invited_at: Timestamp,
}

/// My open invitations, newest first, at most 100.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RoomInvitations {
    pub invitations: Vec<RoomInvitation>,
}

/// Somebody who is invited into a room and not in it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvitedPerson {
    pub person: Person,
    pub invited_by: Person,
    pub invited_at: Timestamp,
}

/// Moderators that an invitation names at most.
pub const MODERATORS_NAMED_MAX: i64 = 3;

/// A participant of a room.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomPerson {
    pub person: Person,
    pub role: Role,
}

/// The participants of a room, ordered by name.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomPeople {
    pub people: Vec<RoomPerson>,
    /// Former participants, the last to leave first. Their messages are still there.
    pub former: Vec<Person>,
    /// Who is invited, the last one first: for moderators everybody, for members those whom they have invited themselves.
    /// Whoever has declined stands here until the invitation expires.
    pub invited: Vec<InvitedPerson>,
    /// The room's invitation link, unless it has expired. Only moderators get it.
    pub link: Option<String>,
}

/// A participant who has read a message, and when.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reader {
    pub person: Person,
    pub at: Timestamp,
}

pub fn check_room_name(name: &str) -> Result<String> {
    text::line("name", words::rooms_check_name(), name, 1, ROOM_NAME_MAX_CHARS)
}

/// When an invitation link was made: a link is a UUID of version 7. None for those from before links expired.
pub fn link_made_at(link: &str) -> Option<Timestamp> {
    let (seconds, nanos) = Uuid::parse_str(link).ok()?.get_timestamp()?.to_unix();
    Some(Timestamp(i64::try_from(seconds).ok()? * SECOND + i64::from(nanos) / 1_000))
}

/// Sorts and deduplicates the users to invite. The viewer can't invite themselves.
pub fn check_invites(viewer: UserId, mut people: Vec<UserId>) -> Result<Vec<UserId>> {
    if people.len() > INVITES_MAX {
        return Err(ApiError::invalid("people", words::rooms_check_too_many(&INVITES_MAX.to_string())));
    }
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Err(ApiError::invalid("people", words::rooms_check_nobody()));
    }
    if people.contains(&viewer) {
        return Err(ApiError::invalid("people", words::rooms_check_yourself()));
    }
    Ok(people)
}

/// Most users that one message notifies of a mention.
pub const MENTIONS_MAX: usize = 20;

read_fields! {
    RoomCard { name, history, people }
    Invitation { name, people, moderators, link_by, joined }
    RoomPerson { person, role }
    RoomPeople { people, former, link; invited }
    RoomInvitation { room, name, people, moderators, invited_by, invited_at }
    RoomInvitations { invitations }
    InvitedPerson { person, invited_by, invited_at }
    Reader { person, at }
}
read_by_serde! { RoomPeople, Reader, Invitation, RoomInvitations }
read_unit_enums! { History }
