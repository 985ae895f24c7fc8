//! Amounts of money: whole minor units with their currency.

use serde::{Deserialize, Serialize};

use super::price::format_price;
use crate::shared::json::{read_by_serde, read_fields, read_unit_enums};

/// The currencies of the marketplace.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    #[default]
    #[serde(rename = "EUR")]
    Eur,
}

impl Currency {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        (text == "EUR").then_some(Self::Eur)
    }
}

/// An amount of money.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Money {
    /// The amount in the currency's smallest unit: cents.
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub fn euros(cents: i64) -> Self {
        Self { minor: cents, currency: Currency::Eur }
    }

    /// `€148` or `€148.50`.
    pub fn text(self) -> String {
        match self.currency {
            Currency::Eur => format_price(self.minor),
        }
    }
}

read_fields! {
    Money { minor, currency }
}
read_by_serde! { Money }
read_unit_enums! { Currency }
