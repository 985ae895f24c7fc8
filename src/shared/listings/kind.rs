//! Listing kinds: stay, item, service, tour.

use serde::{Deserialize, Serialize};

use crate::shared::{json::read_unit_enums, words};

/// The kind of a listing.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingKind {
    Stay,
    Item,
    Service,
    Tour,
}

impl ListingKind {
    pub const ALL: [Self; 4] = [Self::Stay, Self::Item, Self::Service, Self::Tour];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stay => "stay",
            Self::Item => "item",
            Self::Service => "service",
            Self::Tour => "tour",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// "Stay".
    pub fn label(self) -> &'static str {
        match self {
            Self::Stay => words::listing_kind_stay(),
            Self::Item => words::listing_kind_item(),
            Self::Service => words::listing_kind_service(),
            Self::Tour => words::listing_kind_tour(),
        }
    }

    /// "Stays", for filters.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Stay => words::listing_kind_stays(),
            Self::Item => words::listing_kind_items(),
            Self::Service => words::listing_kind_services(),
            Self::Tour => words::listing_kind_tours(),
        }
    }

    /// The unit of the price, such as "a night"; empty for an item.
    pub fn price_unit(self) -> &'static str {
        match self {
            Self::Stay => words::listing_price_night(),
            Self::Item => "",
            Self::Service => words::listing_price_hour(),
            Self::Tour => words::listing_price_person(),
        }
    }
}

read_unit_enums! { ListingKind }
