//! Quiet hours: a daily span in the user's own time zone in which nothing is mailed or pushed.

use serde::Serialize;

use crate::shared::{
    errors::{ApiError, Result},
    json::{read_by_serde, read_fields},
    words,
};

const MINUTES_OF_DAY: i64 = 24 * 60;

/// From and to, in minutes since midnight. A span may go over midnight; an empty one is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QuietHours {
    pub from: i64,
    pub to: i64,
}

/// A user's quiet hours, and the zone that they are in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QuietSettings {
    pub hours: Option<QuietHours>,
    /// A name of the IANA database; none: UTC.
    pub time_zone: Option<String>,
}

impl QuietHours {
    /// Reads two times like `22:00`, as fields of this name and its end.
    pub fn parse(from: &str, to: &str) -> Result<Self> {
        let read = |field: &str, text: &str| {
            let minutes = text.split_once(':').and_then(|(hours, minutes)| {
                let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
                ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
            });
            minutes.ok_or_else(|| ApiError::invalid(field, words::quiet_hours_check_time()))
        };
        Ok(Self { from: read("quiet_from", from)?, to: read("quiet_to", to)? })
    }

    /// Whether a time of the day, in minutes since midnight, is quiet.
    pub fn contain(self, minute: i64) -> bool {
        let Self { from, to } = self;
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }

    /// A time of the day as a field of a form takes it.
    pub fn text(minute: i64) -> String {
        let minute = minute.rem_euclid(MINUTES_OF_DAY);
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }
}

read_fields! {
    QuietHours { from, to }
    QuietSettings { hours, time_zone }
}
read_by_serde! { QuietHours, QuietSettings }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_may_go_over_midnight() {
        let night = QuietHours::parse("22:00", "07:30").unwrap();
        assert_eq!((night.from, night.to), (1_320, 450));
        for (minute, is_quiet) in [(1_319, false), (1_320, true), (0, true), (449, true), (450, false)] {
            assert_eq!(night.contain(minute), is_quiet, "{minute}");
        }
        let noon = QuietHours::parse("12:00", "13:00").unwrap();
        assert!(noon.contain(720) && !noon.contain(780) && !noon.contain(0));
        assert!(!QuietHours::parse("09:00", "09:00").unwrap().contain(540), "an empty span");
        assert_eq!(QuietHours::text(450), "07:30");
        for wrong in ["", "7", "24:00", "12:60", "ab:cd", "12:"] {
            assert!(QuietHours::parse(wrong, "07:00").is_err(), "{wrong}");
        }
    }
}
