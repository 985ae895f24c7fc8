//! What a page knows before it asks for anything: who is signed in and where his news stands.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::shared::positions::SyncSeq;
use crate::shared::{
    json::{read_by_serde, read_fields, read_words},
    users::Viewer,
    values::time::Timestamp,
};
use crate::shared::{
    notifications::{preferences::Preferences, totals::UnreadTotals},
    users::credentials::DemoAccount,
};

/// Everything that has a meaning in a query is escaped; a path stays readable.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The sign-in page that leads on to `page`.
pub fn sign_in_path(page: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(page, IN_QUERY))
}

/// Bytes of a path to continue at.
const NEXT_MAX_BYTES: usize = 500;

/// A path of this site to continue at. Anything that could lead to another site (`//host`, a backslash, a full URL)
/// becomes the start page.
pub fn own_path(next: Option<String>) -> String {
    next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && next.len() <= NEXT_MAX_BYTES
            && next.chars().all(|c| c.is_ascii_graphic() && c != '\\')
    })
    .unwrap_or_else(|| "/".to_owned())
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
pub struct PageSession {
    pub viewer: Option<Viewer>,
    pub epoch: String,
    /// The cursor from which the browser follows news.
    pub head: SyncSeq,
    /// Unread messages in all conversations, for the badge on every page.
    pub unread: i64,
    /// Unread notifications, for the bell.
    pub totals: UnreadTotals,
    /// How the viewer wants to be told.
    pub choices: Preferences,
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
    PageSession { viewer, epoch, head, unread, totals, choices, theme, now, demo_accounts, can_sign_up, can_make_rooms }
}
read_by_serde! { PageSession }
read_words! { Theme }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_only_to_our_own_pages() {
        let next = |text: &str| own_path(Some(text.to_owned()));
        assert_eq!(next("/listings/1?contact=1"), "/listings/1?contact=1");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a b",
            "/a\r\nX: y",
        ] {
            assert_eq!(next(foreign), "/", "{foreign}");
        }
        assert_eq!(sign_in_path("/listings/1?contact=1"), "/sign-in?next=/listings/1%3Fcontact%3D1");
    }
}
