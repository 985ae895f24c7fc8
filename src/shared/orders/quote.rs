//! Quotes: prices that operators offer for custom orders (B6).

use serde::Serialize;

use crate::shared::{
    errors::{ApiError, Result},
    json::read_fields,
    values::{money::Money, price::parse_price},
    words,
};

/// A quote that waits for the guest's answer.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub price: Money,
}

/// Parses a quote as an operator typed it. It must be greater than zero.
pub fn parse_quote(typed: &str) -> Result<Money> {
    let cents = parse_price(typed)?;
    if cents == 0 {
        return Err(ApiError::invalid("price", words::booking_check_quote()));
    }
    Ok(Money::euros(cents))
}

read_fields! {
    Quote { price }
}
