//! Calendar months: their days by weeks, and the same day of another month.

use super::{dates::Day, time::civil_from_days};

/// A month counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(i64);

impl Month {
    pub fn of(day: Day) -> Self {
        let (year, month, _) = civil_from_days(day.0);
        Self(year * 12 + month - 1)
    }

    pub fn plus(self, months: i64) -> Self {
        Self(self.0 + months)
    }

    pub fn first(self) -> Day {
        Day::from_civil(self.0.div_euclid(12), self.0.rem_euclid(12) + 1, 1)
    }

    pub fn last(self) -> Day {
        self.plus(1).first().plus(-1)
    }

    /// The day with the number of `day`, or the last one of a shorter month.
    pub fn day_like(self, day: Day) -> Day {
        let (_, _, number) = civil_from_days(day.0);
        self.first().plus(number - 1).min(self.last())
    }

    /// The days by weeks, which begin on Monday. The first and the last week may begin or end in another month.
    pub fn weeks(self) -> Vec<[Option<Day>; 7]> {
        let (first, last) = (self.first(), self.last());
        let first_monday = first.plus(-first.weekday());
        let week_of = |monday: i64| {
            [0, 1, 2, 3, 4, 5, 6]
                .map(|weekday| Some(Day(monday + weekday)).filter(|day| (first..=last).contains(day)))
        };
        (first_monday.0..=last.0).step_by(7).map(week_of).collect()
    }

    /// `June 2026`.
    pub fn text(self) -> String {
        self.first().month_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn ux05_a_month_has_its_days_in_weeks_from_monday() {
        let month = Month::of(day("2026-02-17"));
        assert_eq!((month.first(), month.last()), (day("2026-02-01"), day("2026-02-28")));
        assert_eq!(month.text(), "February 2026");
        let weeks = month.weeks();
        // The first of February 2026 is a Sunday.
        assert_eq!(weeks.len(), 5);
        assert_eq!(weeks[0], [None, None, None, None, None, None, Some(month.first())]);
        assert_eq!(weeks[4][5], Some(month.last()));
        assert_eq!(weeks.iter().flatten().flatten().count(), 28);
    }

    #[test]
    fn ux05_the_same_day_of_another_month_is_its_last_where_it_is_shorter() {
        let january = Month::of(day("2028-01-31"));
        assert_eq!(january.plus(1).day_like(day("2028-01-31")), day("2028-02-29"));
        assert_eq!(january.plus(-1).day_like(day("2028-01-31")), day("2027-12-31"));
        assert_eq!(january.plus(12).text(), "January 2029");
    }
}
