//! Prices in euros: how users type them and how pages show them.

use crate::shared::{
    errors::{ApiError, Result},
    words,
};

/// Highest price: 1,000,000 euros.
pub const PRICE_MAX_CENTS: i64 = 100_000_000;

/// Parses a price typed as `148`, `148.5`, `148,50`, `1,250.50` or `1.250,50` to cents.
pub fn parse_price(typed: &str) -> Result<i64> {
    let wrong = || ApiError::invalid("price", words::listings_check_price());
    let typed = typed.trim().trim_start_matches('€').trim();
    let (whole, fraction) = split_at_cents(typed).ok_or_else(wrong)?;
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !is_digits(&whole) || !is_digits(fraction) || fraction.len() > 2 {
        return Err(wrong());
    }
    let euros: i64 = whole.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| wrong())?;
    let total = euros.checked_mul(100).and_then(|euros| euros.checked_add(cents)).ok_or_else(wrong)?;
    if total > PRICE_MAX_CENTS {
        return Err(ApiError::invalid("price", words::listings_check_price_high()));
    }
    Ok(total)
}

/// The whole part without the separators of its thousands, and the fraction, which the last separator begins. Thousands have
/// the other kind of separator, so `1.250` alone is neither.
fn split_at_cents(typed: &str) -> Option<(String, &str)> {
    let Some(last) = typed.rfind(['.', ',']) else { return Some((typed.to_owned(), "")) };
    let (whole, fraction) = (&typed[..last], &typed[last + 1..]);
    let thousands = if typed[last..].starts_with(',') { '.' } else { ',' };
    let mut groups = whole.split(thousands);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let is_grouped =
        rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || (1..=3).contains(&first.len()));
    is_grouped.then(|| (format!("{first}{}", rest.concat()), fraction))
}

/// `€148`, or `€148.50` where there are cents.
pub fn format_price(cents: i64) -> String {
    if cents % 100 == 0 {
        format!("€{}", cents / 100)
    } else {
        format!("€{}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_written_to_the_cent() {
        for (typed, cents) in [
            ("148", 14_800),
            ("148.5", 14_850),
            (" €148,50 ", 14_850),
            ("1.250,50", 125_050),
            ("1,250.5", 125_050),
            ("1,000,000.00", 100_000_000),
            ("0", 0),
        ] {
            assert_eq!(parse_price(typed).unwrap(), cents, "{typed}");
        }
        for wrong in [
            "",
            "-1",
            "1.234",
            "1e9",
            "abc",
            "1.2.3",
            "1.25,50",
            "12.50,5",
            "1,250,50",
            ".250,50",
            "1.250.500",
            "99999999999999999999",
            "1000001",
        ] {
            assert!(parse_price(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format_price(14_800), "€148");
        assert_eq!(format_price(14_805), "€148.05");
    }
}
