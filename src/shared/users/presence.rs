//! Who is here, or when he last was. Only people who share a conversation may know.

use serde::Serialize;

use crate::shared::{
    ids::UserId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// People that one question may name, and that joining a conversation tells of.
pub const PRESENCE_MAX: usize = 60;

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Presence {
    pub user: UserId,
    pub is_online: bool,
    /// When his last connection ended. None while he is online, or if he has never been.
    pub last_seen: Option<Timestamp>,
}

read_fields! { Presence { user, is_online, last_seen } }
read_by_serde! { Presence }
