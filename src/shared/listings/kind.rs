//! Listing kinds: stay, item, service, tour.

use serde::{Deserialize, Serialize};

use crate::shared::json::read_unit_enums;

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
            Self::Stay => "Stay",
            Self::Item => "Item",
            Self::Service => "Service",
            Self::Tour => "Tour",
        }
    }

    /// "Stays", for filters.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Stay => "Stays",
            Self::Item => "Items",
            Self::Service => "Services",
            Self::Tour => "Tours",
        }
    }

    /// The unit of the price, such as "a night"; empty for an item.
    pub fn price_unit(self) -> &'static str {
        match self {
            Self::Stay => "a night",
            Self::Item => "",
            Self::Service => "an hour",
            Self::Tour => "a person",
        }
    }
}

read_unit_enums! { ListingKind }
