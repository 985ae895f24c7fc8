//! Reactions to messages: an emoji, and who chose it.

use serde::Serialize;

use crate::shared::{
    ids::UserId,
    json::{read_by_serde, read_fields},
    users::Person,
    values::time::Timestamp,
};

/// Different emoji on one message.
pub const KINDS_MAX: usize = 20;
/// Reactions of one person to one message.
pub const OF_PERSON_MAX: usize = 6;
/// The longest emoji, in bytes.
pub const EMOJI_MAX_BYTES: usize = 64;
/// People whom a message names for each emoji.
pub const USERS_SHOWN: usize = 8;
/// Reactions of one message that are listed with names.
pub const LISTED_MAX: i64 = 500;

/// One emoji on a message.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reaction {
    pub emoji: String,
    pub count: i64,
    /// The first eight who chose it.
    pub users: Vec<UserId>,
    /// I am among the others. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_mine: bool,
}

/// A reaction with the person whose it is.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reactor {
    pub emoji: String,
    pub person: Person,
    pub at: Timestamp,
}

impl Reaction {
    /// Whether this user chose it, as the viewer of the message.
    pub fn is_of(&self, viewer: Option<UserId>) -> bool {
        self.is_mine || viewer.is_some_and(|viewer| self.users.contains(&viewer))
    }
}

read_fields! {
    Reaction { emoji, count, users; is_mine }
    Reactor { emoji, person, at }
}
read_by_serde! { Reaction, Reactor }
