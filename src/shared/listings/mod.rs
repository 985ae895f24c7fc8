//! Listings: offers of the marketplace, as a card and in full.

pub mod draft;
pub mod kind;
pub mod stays;

use serde::Serialize;

use super::{
    ids::ListingId,
    json::{read_by_serde, read_fields},
    users::Person,
    values::time::Timestamp,
};
use draft::ListingFields;
use kind::ListingKind;
use stays::Stay;

/// Longest search text in any list, in characters.
pub const SEARCH_MAX_CHARS: usize = 100;

/// Listings on one page.
pub const LISTINGS_PAGE: i64 = 24;

/// A listing as cards and conversation subjects show it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingCard {
    pub id: ListingId,
    pub kind: ListingKind,
    pub title: String,
    pub place: String,
    pub price_cents: i64,
    pub is_paused: bool,
    pub host: Person,
}

/// A listing in full, for its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    pub card: ListingCard,
    pub description: String,
    pub created_at: Timestamp,
    /// The next stays that are booked, in their order.
    pub booked: Vec<Stay>,
    /// The marketplace's own page about it. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Listing {
    /// The fields that the host can edit.
    pub fn fields(&self) -> ListingFields {
        ListingFields {
            kind: self.card.kind,
            title: self.card.title.clone(),
            place: self.card.place.clone(),
            description: self.description.clone(),
            price_cents: self.card.price_cents,
        }
    }
}

/// One page of listings, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListingPage {
    pub listings: Vec<ListingCard>,
    /// The number of the next page, if there is one.
    pub next: Option<i64>,
}

read_fields! {
    ListingCard { id, kind, title, place, price_cents, is_paused, host }
    Listing { card, description, created_at, booked; url }
    ListingPage { listings, next }
}

read_by_serde! { ListingCard, Listing, ListingPage }
