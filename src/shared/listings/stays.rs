//! Stays: the nights of a booking, and bookings of one listing that share some.

use serde::Serialize;

use crate::shared::{json::read_fields, values::dates::Day};

/// Booked stays that the page of a listing names.
pub const STAYS_SHOWN_MAX: i64 = 30;

/// The field of the error that says that an order overlaps a booked stay. Accepting it all the same names it.
pub const OVERLAPPING_FIELD: &str = "overlapping";

/// The nights from the first day to the last, on which the next guest may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stay {
    pub starts_on: Day,
    pub ends_on: Day,
}

impl Stay {
    /// The night after this day.
    pub fn night(day: Day) -> Self {
        Self { starts_on: day, ends_on: day.plus(1) }
    }

    /// Whether both have a night in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts_on < other.ends_on && other.starts_on < self.ends_on
    }

    /// Whether nobody has booked any of its nights.
    pub fn is_free(self, booked: &[Self]) -> bool {
        !booked.iter().any(|other| other.overlaps(self))
    }

    /// `12–15 June`.
    pub fn text(self) -> String {
        self.starts_on.span_text(self.ends_on)
    }
}

/// A booked stay that shares nights with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub code: String,
    pub guest: String,
    pub stay: Stay,
}

read_fields! {
    Stay { starts_on, ends_on }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ux01_the_day_of_leaving_is_free_for_the_next() {
        let stay = |starts_on, ends_on| Stay { starts_on: Day(starts_on), ends_on: Day(ends_on) };
        assert!(stay(10, 13).overlaps(stay(12, 14)) && stay(12, 14).overlaps(stay(10, 13)));
        assert!(stay(10, 13).overlaps(stay(10, 13)) && stay(10, 20).overlaps(stay(12, 13)));
        assert!(!stay(10, 13).overlaps(stay(13, 15)) && !stay(13, 15).overlaps(stay(10, 13)));
    }
}
