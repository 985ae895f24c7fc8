//! Blocked people: with whom a user has closed all one-to-one conversations.

use serde::Serialize;

use super::Person;
use crate::shared::{
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// Most people whom one user blocks.
pub const BLOCKS_MAX: i64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockedPerson {
    pub person: Person,
    pub since: Timestamp,
}

/// Whom the viewer has blocked, by name, and whether they show presence to nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlockList {
    pub people: Vec<BlockedPerson>,
    pub is_presence_off: bool,
}

read_fields! {
    BlockedPerson { person, since }
    BlockList { people, is_presence_off }
}
read_by_serde! { BlockList }
