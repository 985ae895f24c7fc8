//! The page session: the viewer, their sync position and their settings, which every page starts from.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::ListingId,
    json::{read_by_serde, read_fields, read_unit_enums},
    notifications::{preferences::Preferences, totals::UnreadTotals},
    orders::draft::OrderDraft,
    positions::SyncSeq,
    users::{Viewer, credentials::DemoAccount},
    values::time::Timestamp,
};

/// Escapes everything that has a meaning in a query, and leaves a path readable.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// URL of the sign-in page that continues at `page`.
pub fn sign_in_path(page: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(page, IN_QUERY))
}

/// URL of the page that asks again who the viewer is and continues at `page`.
pub fn reauthentication_path(page: &str) -> String {
    format!("/confirm?next={}", utf8_percent_encode(page, IN_QUERY))
}

/// URL of the page that asks for the code of a sign-in and continues at `next`.
pub fn code_path(next: Option<String>) -> String {
    match next {
        Some(next) => format!("/sign-in/code?next={}", utf8_percent_encode(&own_path(Some(next)), IN_QUERY)),
        None => "/sign-in/code".to_owned(),
    }
}

/// Path of a listing's page with these days and this quantity in its form.
pub fn booking_path(listing: ListingId, draft: &OrderDraft) -> String {
    let chosen =
        [("starts_on", &draft.starts_on), ("ends_on", &draft.ends_on), ("quantity", &draft.quantity)];
    let pairs = chosen.into_iter().filter(|(_, value)| !value.is_empty());
    let pairs = pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, IN_QUERY)));
    path_with_query(&format!("/listings/{listing}"), &pairs.collect::<Vec<_>>().join("&"))
}

/// The same, at the form.
pub fn booking_form_path(listing: ListingId, draft: &OrderDraft) -> String {
    format!("{}#book", booking_path(listing, draft))
}

/// URL of a conversation's page with the focus in its message field.
pub fn writing_path(conversation: impl Display) -> String {
    format!("/messages/{conversation}#message-field")
}

/// Path and query of a page, to continue at. `query` is without its question mark.
pub fn path_with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Longest path to continue at, in bytes.
const NEXT_MAX_BYTES: usize = 500;

/// A path of this site to continue at. Anything that could redirect to another site (`//host`, a backslash, a
/// full URL) becomes the start page.
pub fn own_path(next: Option<String>) -> String {
    next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && next.len() <= NEXT_MAX_BYTES
            && next.chars().all(|c| c.is_ascii_graphic() && c != '\\')
    })
    .unwrap_or_else(|| "/".to_owned())
}

/// The theme that the viewer chose; `Device` follows the device. It is stored in a cookie, so that the server
/// can set it before the first paint.
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
    /// Name of the cookie. Its value is `as_str`.
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

/// Sent with every page. The browser reads it on hydration, so both sides render the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PageSession {
    pub viewer: Option<Viewer>,
    pub epoch: String,
    /// The viewer's sync position: the browser's first cursor.
    pub head: SyncSeq,
    /// Unread messages in all conversations, for the badge on every page.
    pub unread: i64,
    /// For operators: orders on their board with messages that none of them has read.
    pub unread_orders: i64,
    /// Unread notifications, for the bell.
    pub totals: UnreadTotals,
    /// The viewer's notification preferences.
    pub choices: Preferences,
    pub theme: Theme,
    /// The server's time when it rendered the page.
    pub now: Timestamp,
    /// Accounts to choose from on the sign-in page; empty outside demo mode.
    pub demo_accounts: Vec<DemoAccount>,
    /// Whether the server sends mails, such as one with a link to choose a new password.
    pub has_mail: bool,
    /// Whether anyone may create an account.
    pub can_sign_up: bool,
    /// Why not, and how one gets one.
    pub sign_up_notice: Option<String>,
    /// Whether the site settings let this viewer create a room.
    pub can_make_rooms: bool,
}

read_fields! {
    PageSession { viewer, epoch, head, unread, unread_orders, totals, choices, theme, now, demo_accounts, has_mail, can_sign_up, sign_up_notice, can_make_rooms }
}
read_by_serde! { PageSession }
read_unit_enums! { Theme }

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
