//! What a page knows before it asks for anything: who is signed in and where his news stands.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{
    changes::Head,
    json::{read_by_serde, read_fields, read_words},
    notifications::{Choices, Totals},
    time::Timestamp,
    users::{DemoAccount, Viewer},
};

/// Everything that has a meaning in a query is escaped; a path stays readable.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The sign-in page that leads on to `page`.
pub fn sign_in_path(page: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(page, IN_QUERY))
}

/// The theme that a person chose; `Device` follows the device. Kept in a cookie, so that the
/// server can set it before the first paint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Device,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Device, Self::Light, Self::Dark];
    /// The cookie that holds it; its value is `as_str`.
    pub const COOKIE: &'static str = "stoa_theme";

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }
}

/// Sent with every page; the browser takes it up on hydration, so both render the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    pub viewer: Option<Viewer>,
    pub epoch: String,
    /// The cursor from which the browser follows news.
    pub head: Head,
    /// Unread messages in all conversations, for the badge on every page.
    pub unread: i64,
    /// Unread notifications, for the bell.
    pub totals: Totals,
    /// How the viewer wants to be told.
    pub choices: Choices,
    pub theme: Theme,
    /// The server's time when it rendered the page.
    pub now: Timestamp,
    /// Accounts to choose from on the sign-in page; empty outside demo mode.
    pub demo_accounts: Vec<DemoAccount>,
    /// By the settings of the marketplace: whether anybody may make an account, and this viewer a room.
    pub can_sign_up: bool,
    pub can_make_rooms: bool,
}

read_fields! {
    Session { viewer, epoch, head, unread, totals, choices, theme, now, demo_accounts, can_sign_up, can_make_rooms }
}
read_by_serde! { Session }
read_words! { Theme }
