//! Rooms: conversations of many people, with a name and somebody who looks after them.

use serde::{Deserialize, Serialize};

use super::role::Role;
use crate::shared::{
    errors::{ApiError, Result},
    ids::UserId,
    json::{read_by_serde, read_fields, read_words},
    users::Person,
    values::{text, time::Timestamp},
};

pub const ROOM_NAME_MAX_CHARS: usize = 60;
/// Rooms that somebody is in before no more can be made or joined by him.
pub const ROOMS_MAX: i64 = 500;
/// People in one room.
pub const ROOM_PEOPLE_MAX: i64 = 500;
/// People that one command invites.
pub const INVITED_MAX: usize = 100;
/// People of a room that its summary names, besides whoever wrote last.
pub const ROOM_PEOPLE_SHOWN: i64 = 8;

/// Stands before the name of somebody who is to be told.
pub const MENTION: char = '@';

/// From where somebody who joins may read.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// From the beginning.
    #[default]
    Start,
    /// From when he joined.
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
    /// How many take part, I among them.
    pub people: i64,
}

/// Somebody in a room.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomPerson {
    pub person: Person,
    pub role: Role,
}

/// Who is in a room, by name.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomPeople {
    pub people: Vec<RoomPerson>,
    /// Who was, the last to go first: what they said is still there.
    pub former: Vec<Person>,
    /// The way in for who has it; only moderators are told.
    pub link: Option<String>,
}

/// Somebody who has read a message, and when.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reader {
    pub person: Person,
    pub at: Timestamp,
}

pub fn check_room_name(name: &str) -> Result<String> {
    text::line("name", "The name", name, 1, ROOM_NAME_MAX_CHARS)
}

/// People to invite: each once, and not oneself.
pub fn check_invited(viewer: UserId, mut people: Vec<UserId>) -> Result<Vec<UserId>> {
    if people.len() > INVITED_MAX {
        return Err(ApiError::invalid("people", format!("Invite {INVITED_MAX} people at once at most.")));
    }
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Err(ApiError::invalid("people", "Choose who is to be in the room."));
    }
    if people.contains(&viewer) {
        return Err(ApiError::invalid("people", "You are in the room anyway. Choose others."));
    }
    Ok(people)
}

/// People whom one message tells that they are named in it.
pub const MENTIONED_MAX: usize = 20;

/// Whether a text, which is folded, names this person, by the whole name or by its first word: `@Ana`,
/// `@ana ruiz`.
pub fn mentions(body: &str, name: &str) -> bool {
    let name = text::folded(name);
    let first = name.split(' ').next().unwrap_or_default();
    let is_there = |name: &str| {
        !name.is_empty()
            && body.split(MENTION).skip(1).any(|rest| {
                let after = rest.strip_prefix(name);
                after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
            })
    };
    is_there(&name) || is_there(first)
}

read_fields! {
    RoomCard { name, history, people }
    RoomPerson { person, role }
    RoomPeople { people, former, link }
    Reader { person, at }
}
read_by_serde! { RoomPeople, Reader }
read_words! { History }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_a_mention_is_the_whole_name_or_its_first_word() {
        for body in ["@Ana can you?", "hello @ana ruiz!", "(@ANA)", "a@b.example and @Ana"] {
            assert!(mentions(&text::folded(body), "Ana Ruiz"), "{body}");
        }
        for body in ["Ana can you?", "@Anabel", "@ Ana", "ana@example.org", "@Ruiz"] {
            assert!(!mentions(&text::folded(body), "Ana Ruiz"), "{body}");
        }
        assert!(!mentions("@", ""));
    }
}
