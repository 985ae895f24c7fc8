//! Participants: the other users in a conversation, with their delivery and read receipts.

use serde::Serialize;

use super::role::Role;
use crate::shared::{json::read_fields, positions::Seq, users::Person, values::time::Timestamp};

/// Another participant of the conversation, with their delivery and read receipts.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Participant {
    pub person: Person,
    pub role: Role,
    /// The last message that one of their devices has received.
    pub delivered_seq: Seq,
    /// The last message that they have read.
    pub read_seq: Seq,
    /// When they read the messages after `read_from` up to `read_seq`.
    pub read_at: Option<Timestamp>,
    pub read_from: Seq,
}

/// Who did something, as a reader knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorName {
    /// The reader themselves.
    Reader,
    /// Anybody else, by name.
    Other(String),
}

read_fields! {
    Participant { person, role, delivered_seq, read_seq, read_at, read_from }
}
