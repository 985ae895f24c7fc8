//! Sign-in sessions, as their owner sees them in the settings.

use serde::Serialize;

use crate::shared::{
    ids::SessionId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// One session in the owner's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenSession {
    pub id: SessionId,
    /// Such as "Firefox on Linux", from the browser's `User-Agent`.
    pub client: String,
    pub started_at: Timestamp,
    /// Last use, to the hour.
    pub used_at: Timestamp,
    /// Whether this is the session of the request.
    pub is_this: bool,
}

/// The viewer's sessions: the current one first, then by their last use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionList {
    pub sessions: Vec<OpenSession>,
}

read_fields! {
    OpenSession { id, client, started_at, used_at, is_this }
    SessionList { sessions }
}
read_by_serde! { SessionList }
