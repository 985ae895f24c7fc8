//! Prices in euros: how users type them and how pages show them.

use crate::shared::errors::{ApiError, Result};

/// Highest price: 1,000,000 euros.
pub const PRICE_MAX_CENTS: i64 = 100_000_000;

/// Parses a price typed as `148`, `148.5` or `148,50` to cents.
pub fn parse_price(typed: &str) -> Result<i64> {
    let wrong = || ApiError::invalid("price", "Enter a price in euros, like 148 or 148.50.");
    let typed = typed.trim().trim_start_matches('€').trim().replace(',', ".");
    let (whole, fraction) = typed.split_once('.').unwrap_or((&typed, ""));
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 2 {
        return Err(wrong());
    }
    let euros: i64 = whole.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| wrong())?;
    let total = euros.checked_mul(100).and_then(|euros| euros.checked_add(cents)).ok_or_else(wrong)?;
    if total > PRICE_MAX_CENTS {
        return Err(ApiError::invalid("price", "The price is 1,000,000 euros at most."));
    }
    Ok(total)
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
        for (typed, cents) in [("148", 14_800), ("148.5", 14_850), (" €148,50 ", 14_850), ("0", 0)] {
            assert_eq!(parse_price(typed).unwrap(), cents, "{typed}");
        }
        for wrong in ["", "-1", "1.234", "1e9", "abc", "1.2.3", "99999999999999999999", "1000001"] {
            assert!(parse_price(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format_price(14_800), "€148");
        assert_eq!(format_price(14_805), "€148.05");
    }
}
