//! Where somebody is signed in, as he sees it himself.

use serde::Serialize;

use crate::shared::{
    ids::SessionId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// A session as its owner sees it in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenSession {
    pub id: SessionId,
    /// "Firefox on Linux", as far as the browser has said.
    pub client: String,
    pub started_at: Timestamp,
    /// To the hour.
    pub used_at: Timestamp,
    /// The one that asks.
    pub is_this: bool,
}

/// My sessions: the one that asks first, then by when they were last used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionList {
    pub sessions: Vec<OpenSession>,
}

read_fields! {
    OpenSession { id, client, started_at, used_at, is_this }
    SessionList { sessions }
}
read_by_serde! { SessionList }
