//! Presence: whether a user is online, or when they were last. Only users who share a conversation with them
//! may see it.

use serde::Serialize;

use crate::shared::{
    ids::UserId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// Most users in one presence request, and in the answer to joining a conversation.
pub const PRESENCE_REQUEST_MAX: usize = 60;

/// The presence of one user.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Presence {
    pub user: UserId,
    pub is_online: bool,
    /// When the user's last connection ended. None while they are online, and if they never were.
    pub last_seen: Option<Timestamp>,
}

read_fields! { Presence { user, is_online, last_seen } }
read_by_serde! { Presence }
