//! Events of security as the owner of the account sees them.

use serde::Serialize;

use crate::shared::{
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// As many are shown, newest first. They are kept for 90 days.
pub const OWN_EVENTS_MAX: i64 = 50;

/// The event that stays of an account that is closed.
pub const ACCOUNT_CLOSE: &str = "account_close";

/// What happened to the account, when and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnSecurityEvent {
    pub at: Timestamp,
    /// `sign_in`, `password_change` …
    pub event: String,
    /// The browser, such as `Firefox on Linux`; empty if it is not known.
    pub client: String,
    /// The IP, or the network of an IPv6.
    pub client_ip: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OwnSecurityEvents {
    pub events: Vec<OwnSecurityEvent>,
}

read_fields! {
    OwnSecurityEvent { at, event, client, client_ip }
    OwnSecurityEvents { events }
}
read_by_serde! { OwnSecurityEvents }
