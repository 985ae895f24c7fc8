//! Broadcasts: one notification to many users, sent in the background.

use serde::{Deserialize, Serialize};

use crate::shared::{
    conversations::system_messages::SystemMessage,
    errors::{ApiError, Result},
    ids::BroadcastId,
    json::{read_by_serde, read_fields, read_unit_enums},
    notifications::kinds::NotificationKind,
    values::{text, time::Timestamp},
    words,
};

pub const NOTICE_TITLE_MAX_CHARS: usize = 80;

pub const NOTICE_TEXT_MAX_CHARS: usize = 300;

pub const NOTICE_LINK_MAX_CHARS: usize = 300;

/// The recipients of a broadcast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    #[default]
    Everybody,
    /// Users with a listing.
    Hosts,
    /// Users who have ordered something.
    Guests,
}

impl Audience {
    pub const ALL: [Self; 3] = [Self::Everybody, Self::Hosts, Self::Guests];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Hosts => "hosts",
            Self::Guests => "guests",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Everybody => words::broadcast_audience_everybody(),
            Self::Hosts => words::broadcast_audience_hosts(),
            Self::Guests => words::broadcast_audience_guests(),
        }
    }
}

/// A broadcast and its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broadcast {
    pub id: BroadcastId,
    pub kind: NotificationKind,
    pub audience: Audience,
    pub event: SystemMessage,
    pub by: String,
    pub created_at: Timestamp,
    /// Number of users who have received it so far.
    pub sent: i64,
    pub done_at: Option<Timestamp>,
}

/// The last broadcasts, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BroadcastList {
    pub broadcasts: Vec<Broadcast>,
    /// The current number of users in each audience.
    pub everybody: i64,
    pub hosts: i64,
    pub guests: i64,
}

/// Validates the title, text and link of a notice, as an operator typed them.
pub fn check_notice(title: &str, body: &str, link: Option<&str>) -> Result<SystemMessage> {
    let title = text::line("title", words::broadcast_check_title(), title, 1, NOTICE_TITLE_MAX_CHARS)?;
    let text = text::line("text", words::broadcast_check_text(), body, 0, NOTICE_TEXT_MAX_CHARS)?;
    let link = link.map(str::trim).filter(|link| !link.is_empty());
    Ok(SystemMessage::Notice { title, text, link: link.map(check_link).transpose()? })
}

/// A path of this site or an `https` URL; no other scheme, so no link can run a script.
fn check_link(link: &str) -> Result<String> {
    let link = text::line("link", words::broadcast_check_link(), link, 1, NOTICE_LINK_MAX_CHARS)?;
    let is_path = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
    if is_path || link.starts_with("https://") {
        Ok(link)
    } else {
        Err(ApiError::invalid("link", words::broadcast_check_link_form()))
    }
}

read_fields! {
    Broadcast { id, kind, audience, event, by, created_at, sent, done_at }
    BroadcastList { broadcasts, everybody, hosts, guests }
}

read_by_serde! { Broadcast, BroadcastList }

read_unit_enums! { Audience }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_a_link_leads_within_the_site_or_to_the_web() {
        for link in ["/orders", "/messages?x=1", "https://example.org/a"] {
            assert!(check_notice("Sale", "", Some(link)).is_ok(), "{link}");
        }
        for link in
            ["javascript:alert(1)", "//evil.example", "/\\evil.example", "http://example.org", "orders"]
        {
            assert_eq!(
                check_notice("Sale", "", Some(link)).unwrap_err().field.as_deref(),
                Some("link"),
                "{link}"
            );
        }
        assert!(check_notice(" ", "text", None).is_err());
        assert!(check_notice(&"x".repeat(NOTICE_TITLE_MAX_CHARS + 1), "", None).is_err());
    }
}
