//! Calendar dates of bookings, without time and time zone.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::time::{DAY, Timestamp, civil_from_days};
use crate::shared::{
    json::{FromJson, Json, JsonError, WRONG_TYPE},
    words,
};

/// The names of the days of a week, which begins on Monday.
pub fn weekday_names() -> [&'static str; 7] {
    [
        words::date_monday(),
        words::date_tuesday(),
        words::date_wednesday(),
        words::date_thursday(),
        words::date_friday(),
        words::date_saturday(),
        words::date_sunday(),
    ]
}

/// A day counted from 1970-01-01. Written as `2026-06-12`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, example = "2026-06-12"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The UTC day of a timestamp.
    pub fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(DAY))
    }

    pub fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    pub fn from_civil(year: i64, month: i64, day: i64) -> Self {
        Self(days_from_civil(year, month, day))
    }

    /// The number of days since Monday.
    pub fn weekday(self) -> i64 {
        // The first of January 1970 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }

    /// The number in its month.
    pub fn number(self) -> i64 {
        civil_from_days(self.0).2
    }

    pub fn month_name(self) -> &'static str {
        month_name(civil_from_days(self.0).1)
    }

    /// `Friday 12 June 2026`.
    pub fn full_text(self) -> String {
        let (year, month, day) = civil_from_days(self.0);
        let weekday = weekday_names()[self.weekday() as usize];
        words::date_full(&day.to_string(), month_name(month), weekday, &year.to_string())
    }

    /// `June 2026`.
    pub fn month_text(self) -> String {
        let (year, month, _) = civil_from_days(self.0);
        words::date_month(month_name(month), &year.to_string())
    }

    /// `12 June`.
    pub fn text(self) -> String {
        let (_, month, day) = civil_from_days(self.0);
        words::date_day(&day.to_string(), month_name(month))
    }

    /// `12–15 June`, `30 June – 2 July`, `30 December 2026 – 2 January 2027`.
    pub fn span_text(self, end: Self) -> String {
        let (year, month, day) = civil_from_days(self.0);
        let (end_year, end_month, end_day) = civil_from_days(end.0);
        let (name, end_name) = (month_name(month), month_name(end_month));
        let (starts_on, ends_on) = (day.to_string(), end_day.to_string());
        if year != end_year {
            let (year, end_year) = (year.to_string(), end_year.to_string());
            words::date_span_of_years(&starts_on, &ends_on, end_name, &end_year, name, &year)
        } else if month != end_month {
            words::date_span_of_months(&starts_on, &ends_on, end_name, name)
        } else {
            words::date_span(&starts_on, &ends_on, name)
        }
    }
}

fn month_name(month: i64) -> &'static str {
    match month {
        1 => words::date_january(),
        2 => words::date_february(),
        3 => words::date_march(),
        4 => words::date_april(),
        5 => words::date_may(),
        6 => words::date_june(),
        7 => words::date_july(),
        8 => words::date_august(),
        9 => words::date_september(),
        10 => words::date_october(),
        11 => words::date_november(),
        _ => words::date_december(),
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The text is not of the form `2026-06-12`, or names a day that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDay;

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<_> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(InvalidDay) };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || ![year, month, day].into_iter().all(is_digits)
        {
            return Err(InvalidDay);
        }
        let number = |text: &str| text.parse::<i64>().map_err(|_| InvalidDay);
        let found = Self(days_from_civil(number(year)?, number(month)?, number(day)?));
        // Days that don't exist print as another day: 31 June as 1 July.
        if found.to_string() == text { Ok(found) } else { Err(InvalidDay) }
    }
}

/// The inverse of `civil_from_days` (Howard Hinnant's `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|InvalidDay| D::Error::custom("a day is written as 2026-06-12"))
    }
}

impl FromJson for Day {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        String::from_json(json)?.parse().map_err(|InvalidDay| WRONG_TYPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ux07_a_day_has_its_weekday() {
        let text = |day: &str| day.parse::<Day>().unwrap().full_text();
        assert_eq!(text("2026-12-10"), "Thursday 10 December 2026");
        assert_eq!(text("1970-01-01"), "Thursday 1 January 1970");
        assert_eq!(text("1969-12-28"), "Sunday 28 December 1969");
    }

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for days in [-1, 0, 59, 60, 11_016, 20_000, 20_516, 47_541] {
            assert_eq!(Day(days).to_string().parse(), Ok(Day(days)));
        }
        for wrong in [
            "",
            "2026-6-12",
            "2026-06-31",
            "2025-02-29",
            "2026-13-01",
            "12.06.2026",
            "2026-06-12Z",
            "+026-06-12",
        ] {
            assert_eq!(wrong.parse::<Day>(), Err(InvalidDay), "{wrong}");
        }
    }

    #[test]
    fn a_stretch_of_days_says_each_word_once() {
        let span = |from: &str, to: &str| from.parse::<Day>().unwrap().span_text(to.parse().unwrap());
        assert_eq!(span("2026-06-12", "2026-06-15"), "12–15 June");
        assert_eq!(span("2026-06-30", "2026-07-02"), "30 June – 2 July");
        assert_eq!(span("2026-12-30", "2027-01-02"), "30 December 2026 – 2 January 2027");
    }
}
