//! Timestamps as they are stored and sent: microseconds since 1970 in UTC.

use serde::{Deserialize, Serialize};

use crate::shared::json::{FromJson, Json, JsonError};

/// Microseconds since 1970-01-01T00:00:00Z. Fits a JavaScript number until the year 2255.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Durations, in microseconds.
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// Whole milliseconds, for JavaScript's `Date`.
    pub fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This time plus `micros`, which may be negative.
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0 + micros)
    }

    /// `2026-05-31T14:06:00Z`, for the `datetime` attribute of `<time>`.
    pub fn to_rfc3339(self) -> String {
        let seconds = self.0.div_euclid(SECOND);
        let (days, in_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (in_day / 3_600, in_day / 60 % 60, in_day % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        i64::from_json(json).map(Self)
    }
}

/// Gregorian date of a day number counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_as_rfc3339_on_both_sides_of_leap_days_and_of_1970() {
        assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(951_782_400 * SECOND).to_rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(Timestamp(1_772_323_199 * SECOND).to_rfc3339(), "2026-02-28T23:59:59Z");
        assert_eq!(Timestamp(-SECOND).to_rfc3339(), "1969-12-31T23:59:59Z");
    }
}
