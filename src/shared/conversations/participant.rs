//! Participants: the others in a conversation, with their delivery and read receipts.

use serde::Serialize;

use super::role::Role;
use crate::shared::positions::Seq;
use crate::shared::{json::read_fields, users::Person, values::time::Timestamp};

/// Somebody else in the conversation, with how far he has received and read.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Participant {
    pub person: Person,
    pub role: Role,
    /// The last message that one of his devices has.
    pub delivered_seq: Seq,
    /// The last message that was on his screen.
    pub read_seq: Seq,
    /// When `read_seq` was reached; holds for the messages after `read_from` up to `read_seq`.
    pub read_at: Option<Timestamp>,
    pub read_from: Seq,
}

read_fields! {
    Participant { person, role, delivered_seq, read_seq, read_at, read_from }
}
