//! Site settings, which admins change for the whole marketplace, and the status of message retention (B7).

use serde::Serialize;

use crate::shared::{
    errors::{ApiError, Result},
    json::{read_by_serde, read_fields},
    operators::look::Look,
    values::time::{DAY, Timestamp},
    words,
};

/// How long the staff has to add second factors once they are needed.
pub const SECOND_FACTOR_GRACE: i64 = 7 * DAY;

/// Longest retention period: a hundred years.
pub const RETENTION_DAYS_MAX: i64 = 36_500;

/// The site settings. They are read from the database each time, so a change takes effect at once on every
/// node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SiteSettings {
    /// Raised with each change, for optimistic locking: an admin can't overwrite a change that they have not
    /// seen.
    pub version: i64,
    /// Messages older than this many days are deleted; `None` keeps all messages.
    pub retention_days: Option<i64>,
    /// Whether anyone may create an account, or only the command line.
    pub can_sign_up: bool,
    /// Whether members may create rooms, or only operators.
    pub can_make_rooms: bool,
    /// Whether members who have not confirmed their address may make listings and rooms.
    pub can_publish_unconfirmed: bool,
    /// From when on operators and admins without a second factor have the rights of members; `None`: never.
    pub second_factor_from: Option<Timestamp>,
    /// The look of its pages; `None`: that of Stoa.
    pub look: Option<Look>,
}

/// A change of one setting by an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsChange {
    Retention(Option<i64>),
    SignUp(bool),
    Rooms(bool),
    Unconfirmed(bool),
    /// Whether operators and admins need a second factor, and from when on.
    SecondFactor(Option<Timestamp>),
    Look(Option<Look>),
}

impl SettingsChange {
    /// The settings after this change.
    pub fn apply_to(self, before: SiteSettings) -> SiteSettings {
        match self {
            Self::Retention(retention_days) => SiteSettings { retention_days, ..before },
            Self::SignUp(can_sign_up) => SiteSettings { can_sign_up, ..before },
            Self::Rooms(can_make_rooms) => SiteSettings { can_make_rooms, ..before },
            Self::Unconfirmed(can_publish_unconfirmed) => SiteSettings { can_publish_unconfirmed, ..before },
            // Said again it changes no date.
            Self::SecondFactor(from) => {
                let second_factor_from = from.map(|from| before.second_factor_from.unwrap_or(from));
                SiteSettings { second_factor_from, ..before }
            }
            Self::Look(look) => SiteSettings { look, ..before },
        }
    }

    /// The action's name in the audit log.
    pub fn action(self) -> &'static str {
        match self {
            Self::Retention(_) => "settings_retention",
            Self::SignUp(_) => "settings_sign_up",
            Self::Rooms(_) => "settings_rooms",
            Self::Unconfirmed(_) => "settings_unconfirmed",
            Self::SecondFactor(_) => "settings_second_factor",
            Self::Look(_) => "settings_look",
        }
    }

    /// The new value, as the audit log stores it.
    pub fn detail(self) -> String {
        let word = |is_open: bool, open: &str, closed: &str| if is_open { open } else { closed }.to_owned();
        match self {
            Self::Retention(days) => days.map_or_else(|| "off".to_owned(), |days| days.to_string()),
            Self::SignUp(is_open) => word(is_open, "open", "closed"),
            Self::Rooms(is_open) => word(is_open, "everybody", "staff"),
            Self::Unconfirmed(is_open) => word(is_open, "everything", "conversations"),
            Self::SecondFactor(from) => word(from.is_none(), "free", "needed"),
            Self::Look(look) => look.map_or_else(|| "own".to_owned(), |look| look.to_string()),
        }
    }
}

/// The status of message retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RetentionStatus {
    /// When a run last finished.
    pub ran_at: Option<Timestamp>,
    /// When a message was last deleted.
    pub deleted_at: Option<Timestamp>,
    /// The number of messages deleted in all runs.
    pub deleted: i64,
    /// The number of messages that are due and not yet deleted.
    pub waiting: i64,
}

/// A preview of a retention period: the messages that it would delete now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RetentionPreview {
    pub days: i64,
    /// Messages sent before this time would be deleted.
    pub before: Timestamp,
    pub messages: i64,
    pub conversations: i64,
}

/// The data of the settings page, from one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsView {
    pub settings: SiteSettings,
    pub retention: RetentionStatus,
    pub preview: Option<RetentionPreview>,
}

/// Parses a number of days as an admin typed it.
pub fn check_days(text: &str) -> Result<i64> {
    let wrong = |message: &str| Err(ApiError::invalid("days", message));
    match text.trim().parse::<i64>() {
        Ok(days @ 1..=RETENTION_DAYS_MAX) => Ok(days),
        Ok(..=0) => wrong(words::retention_check_too_few()),
        Ok(_) => wrong(words::retention_check_too_many()),
        Err(_) => wrong(words::retention_check_no_number()),
    }
}

/// The retention cutoff: messages sent before it are older than `days` days.
pub fn retention_cutoff(days: i64, now: Timestamp) -> Timestamp {
    now.plus(-days * DAY)
}

read_fields! {
    SiteSettings { version, retention_days, can_sign_up, can_make_rooms, can_publish_unconfirmed, second_factor_from, look }
    RetentionStatus { ran_at, deleted_at, deleted, waiting }
    RetentionPreview { days, before, messages, conversations }
    SettingsView { settings, retention, preview }
}
read_by_serde! { SiteSettings, SettingsView }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b7_a_number_of_days_is_from_1_to_36500() {
        for (text, days) in [("1", 1), (" 90 ", 90), ("36500", RETENTION_DAYS_MAX)] {
            assert_eq!(check_days(text), Ok(days), "{text}");
        }
        for text in ["", "0", "-1", "36501", "1.5", "a year", "99999999999999999999"] {
            let refused = check_days(text).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some("days"), "{text}");
        }
        assert!(check_days("0").unwrap_err().message.starts_with("Keep messages for at least 1 day."));
    }

    #[test]
    fn b7_a_message_is_old_after_as_many_times_24_hours() {
        let now = Timestamp(100 * DAY + 5);
        assert_eq!(retention_cutoff(30, now), Timestamp(70 * DAY + 5));
    }
}
