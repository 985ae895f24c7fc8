//! Reach of a message: how far it got to each of its recipients.

use serde::Serialize;

use crate::shared::{
    json::{read_by_serde, read_fields},
    users::Person,
};

/// How far a message got to one recipient. What is stored is on the ladder's first step; each further one is told here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    pub person: Person,
    pub is_delivered: bool,
    pub is_read: bool,
    /// A mail told of it, because it was not read.
    pub is_mailed: bool,
    /// The mail came back.
    pub is_bounced: bool,
}

/// What the sender of a message is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageReach {
    pub recipients: Vec<Reach>,
    /// What was left out of it, if it came by mail within 30 days: the quoted mail and the signature.
    pub left_out: Option<String>,
}

read_fields! { Reach { person, is_delivered, is_read, is_mailed, is_bounced } }
read_fields! { MessageReach { recipients, left_out } }
read_by_serde! { MessageReach }
