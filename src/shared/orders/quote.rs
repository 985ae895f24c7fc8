//! Quotes: the price that an operator asks for a custom order (B6).

use serde::Serialize;

use crate::shared::listings::draft::parse_price;
use crate::shared::{
    errors::{ApiError, Result},
    json::read_fields,
    values::money::Money,
};

/// What an operator asks for something that has no price yet.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub price: Money,
}

/// A quote as typed.
pub fn parse_quote(typed: &str) -> Result<Money> {
    let cents = parse_price(typed)?;
    if cents == 0 {
        return Err(ApiError::invalid("price", "A quote is more than nothing."));
    }
    Ok(Money::euros(cents))
}

read_fields! {
    Quote { price }
}
