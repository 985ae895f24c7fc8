//! Listing drafts: the form's input, its bounds and validation.

use serde::{Deserialize, Serialize};

use super::kind::ListingKind;
use crate::shared::{
    errors::{ApiError, Result},
    values::{price::parse_price, text},
    words,
};

pub const TITLE_MIN_CHARS: usize = 3;

pub const TITLE_MAX_CHARS: usize = 80;

pub const PLACE_MAX_CHARS: usize = 80;

pub const DESCRIPTION_MAX_CHARS: usize = 5_000;

/// A listing as the host typed it, before validation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingDraft {
    pub kind: String,
    pub title: String,
    pub place: String,
    pub description: String,
    /// In euros: `148`, `148.50`, `148,50` or `1.250,50`.
    pub price: String,
}

/// The validated fields of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingFields {
    pub kind: ListingKind,
    pub title: String,
    pub place: String,
    pub description: String,
    pub price_cents: i64,
}

impl ListingDraft {
    pub fn check(&self) -> Result<ListingFields> {
        Ok(ListingFields {
            kind: ListingKind::parse(&self.kind)
                .ok_or_else(|| ApiError::invalid("kind", words::listings_check_kind()))?,
            title: text::line(
                "title",
                words::listings_check_title(),
                &self.title,
                TITLE_MIN_CHARS,
                TITLE_MAX_CHARS,
            )?,
            place: text::line("place", words::listings_check_place(), &self.place, 2, PLACE_MAX_CHARS)?,
            description: text::block(
                "description",
                words::listings_check_description(),
                &self.description,
                1,
                DESCRIPTION_MAX_CHARS,
            )?,
            price_cents: parse_price(&self.price)?,
        })
    }
}
