//! Order drafts: the form's input, its validation, and the resulting price.

use serde::{Deserialize, Serialize};

use super::card::priced_units;
use crate::shared::{
    errors::{ApiError, Result},
    listings::{
        draft::{TITLE_MAX_CHARS, TITLE_MIN_CHARS},
        kind::ListingKind,
    },
    values::{
        dates::Day,
        money::Money,
        price::{PRICE_MAX_CENTS, format_price},
        text,
    },
    words,
};

pub const ORDER_NOTE_MAX_CHARS: usize = 2_000;

/// Most people of a booking, hours of a service, or pieces of an item.
pub const QUANTITY_MAX: i64 = 100;

pub const NIGHTS_MAX: i64 = 365;

/// How far ahead the first day may be, in days.
pub const ADVANCE_MAX_DAYS: i64 = 730;

/// An order as the guest typed it, before validation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDraft {
    /// `2026-06-12`; empty for an order without dates.
    #[serde(default)]
    pub starts_on: String,
    #[serde(default)]
    pub ends_on: String,
    #[serde(default)]
    pub quantity: String,
    #[serde(default)]
    pub note: String,
    /// The title of a custom order; empty for all others.
    #[serde(default)]
    pub title: String,
    /// The listing's price as the guest saw it. Another one by now is a conflict.
    #[serde(default)]
    pub seen_price_cents: Option<i64>,
}

/// The validated fields of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderFields {
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    pub quantity: i64,
    pub note: String,
    pub title: String,
}

impl OrderDraft {
    /// Validates an order of a listing of this kind, or a custom order without a listing. `today` is the day
    /// in UTC; the day before is accepted too, because it has not ended yet in every time zone.
    pub fn check(&self, listing: Option<ListingKind>, today: Day) -> Result<OrderFields> {
        let has_days = listing.is_some_and(|kind| kind != ListingKind::Item);
        let starts_on = self.day("starts_on", &self.starts_on, has_days, today)?;
        let ends_on = self.day("ends_on", &self.ends_on, listing == Some(ListingKind::Stay), today)?;
        if let (Some(from), Some(to)) = (starts_on, ends_on) {
            if to <= from {
                return Err(ApiError::invalid("ends_on", words::booking_check_end_first()));
            }
            if to.0 - from.0 > NIGHTS_MAX {
                let message = words::booking_check_nights(&NIGHTS_MAX.to_string());
                return Err(ApiError::invalid("ends_on", message));
            }
        }
        let is_custom = listing.is_none();
        let note_min = usize::from(is_custom);
        let note = text::block(
            "note",
            if is_custom { words::booking_check_description() } else { words::booking_check_note() },
            &self.note,
            note_min,
            ORDER_NOTE_MAX_CHARS,
        )?;
        let title = if is_custom {
            text::line("title", words::booking_check_title(), &self.title, TITLE_MIN_CHARS, TITLE_MAX_CHARS)?
        } else if self.title.trim().is_empty() {
            String::new()
        } else {
            return Err(ApiError::invalid("title", words::booking_check_no_title()));
        };
        Ok(OrderFields { starts_on, ends_on, quantity: self.checked_quantity(is_custom)?, note, title })
    }

    /// How the price comes about, as far as the form is filled in: `3 nights × €148 = €444`. None while it can't be told.
    pub fn price_text(&self, listing: ListingKind, price_cents: i64) -> Option<String> {
        let day = |typed: &str| typed.trim().parse::<Day>().ok();
        let (units, unit) = if listing == ListingKind::Stay {
            priced_units(listing, Some((day(&self.starts_on)?, day(&self.ends_on)?)), 1)
        } else {
            priced_units(listing, None, self.checked_quantity(false).ok()?)
        };
        let total = price_cents.checked_mul(units).filter(|total| units > 0 && *total <= PRICE_MAX_CENTS)?;
        let (price, total) = (format_price(price_cents), format_price(total));
        Some(words::order_price_product(&price, &total, &unit.counted(units)))
    }

    fn day(&self, field: &str, typed: &str, is_wanted: bool, today: Day) -> Result<Option<Day>> {
        match (typed.trim(), is_wanted) {
            ("", false) => Ok(None),
            ("", true) => Err(ApiError::invalid(field, words::booking_check_day())),
            (_, false) => Err(ApiError::invalid(field, words::booking_check_no_day())),
            (typed, true) => {
                let wrong = |_| ApiError::invalid(field, words::booking_check_day_form());
                let day: Day = typed.parse().map_err(wrong)?;
                if day < today.plus(-1) {
                    return Err(ApiError::invalid(field, words::booking_check_day_over()));
                }
                if day > today.plus(ADVANCE_MAX_DAYS + NIGHTS_MAX) {
                    return Err(ApiError::invalid(field, words::booking_check_day_far()));
                }
                Ok(Some(day))
            }
        }
    }

    fn checked_quantity(&self, is_custom: bool) -> Result<i64> {
        let typed = self.quantity.trim();
        if typed.is_empty() && is_custom {
            return Ok(1);
        }
        let quantity = typed.parse().ok().filter(|quantity| (1..=QUANTITY_MAX).contains(quantity));
        quantity.ok_or_else(|| {
            ApiError::invalid("quantity", words::booking_check_quantity(&QUANTITY_MAX.to_string()))
        })
    }
}

impl OrderFields {
    /// The total price at a listing's price; `None` if it exceeds [`PRICE_MAX_CENTS`].
    pub fn price(&self, kind: ListingKind, price_cents: i64) -> Option<Money> {
        let (units, _) = priced_units(kind, self.starts_on.zip(self.ends_on), self.quantity);
        let cents = price_cents.checked_mul(units)?;
        (cents <= PRICE_MAX_CENTS).then(|| Money::euros(cents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ux04_the_price_is_told_as_soon_as_it_can_be() {
        let draft = |starts_on: &str, ends_on: &str, quantity: &str| OrderDraft {
            starts_on: starts_on.into(),
            ends_on: ends_on.into(),
            quantity: quantity.into(),
            ..OrderDraft::default()
        };
        let stay = |starts_on, ends_on| draft(starts_on, ends_on, "2").price_text(ListingKind::Stay, 14_800);
        assert_eq!(stay("2026-12-10", "2026-12-13").as_deref(), Some("3 nights × €148 = €444"));
        assert_eq!(stay("2026-12-10", "2026-12-11").as_deref(), Some("1 night × €148 = €148"));
        assert_eq!((stay("2026-12-10", ""), stay("2026-12-10", "2026-12-10")), (None, None));
        let tour = |quantity| draft("2026-12-10", "", quantity).price_text(ListingKind::Tour, 2_050);
        assert_eq!(tour("2").as_deref(), Some("2 people × €20.50 = €41"));
        assert_eq!((tour("0"), tour("x")), (None, None));
    }

    #[test]
    fn bad_drafts_are_refused_by_the_field_that_is_wrong() {
        let today = Day(20_000);
        let draft = |starts_on: i64, ends_on: i64, quantity: &str| OrderDraft {
            starts_on: Day(starts_on).to_string(),
            ends_on: Day(ends_on).to_string(),
            quantity: quantity.into(),
            ..OrderDraft::default()
        };
        let field = |draft: OrderDraft, kind| draft.check(kind, today).map_err(|error| error.field.unwrap());
        let stay = Some(ListingKind::Stay);
        let fine = field(draft(20_003, 20_005, "2"), stay).unwrap();
        assert_eq!(fine.price(ListingKind::Stay, 10_000), Some(Money::euros(20_000)));
        assert_eq!(fine.price(ListingKind::Stay, PRICE_MAX_CENTS), None);
        assert_eq!(fine.price(ListingKind::Stay, i64::MAX), None);
        for (starts_on, ends_on, quantity, wrong) in [
            (20_005, 20_003, "2", "ends_on"),
            (20_003, 20_003, "2", "ends_on"),
            (19_990, 20_003, "2", "starts_on"),
            (20_003, 20_003 + 366, "2", "ends_on"),
            (25_000, 25_001, "2", "starts_on"),
            (20_003, 20_005, "0", "quantity"),
            (20_003, 20_005, "-1", "quantity"),
            (20_003, 20_005, "101", "quantity"),
            (20_003, 20_005, "99999999999999999999", "quantity"),
            (20_003, 20_005, "1.5", "quantity"),
        ] {
            assert_eq!(field(draft(starts_on, ends_on, quantity), stay), Err(wrong.to_owned()));
        }
        let item = Some(ListingKind::Item);
        assert_eq!(field(draft(20_003, 20_005, "2"), item), Err("starts_on".into()));
        let none = OrderDraft { quantity: "2".into(), ..OrderDraft::default() };
        assert!(field(none.clone(), item).is_ok());
        assert_eq!(field(none.clone(), stay), Err("starts_on".into()));
        assert_eq!(field(none.clone(), None), Err("note".into()));
        let custom = OrderDraft { note: "A table".into(), title: "Oak table".into(), ..none };
        assert!(field(custom, None).is_ok());
        assert_eq!(
            crate::shared::orders::quote::parse_quote("0").unwrap_err().field.as_deref(),
            Some("price")
        );
    }
}
