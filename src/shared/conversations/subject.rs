//! Subjects of conversations: a listing, an order or a room.

use serde::Serialize;

use super::rooms::RoomCard;
use crate::shared::{
    json::{FromJson, Json, JsonError},
    listings::ListingCard,
    orders::card::OrderCard,
};

/// The subject of a conversation. It never changes.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    Listing {
        listing: ListingCard,
    },
    Order {
        order: Box<OrderCard>,
    },
    /// A room has no subject besides itself.
    Room {
        room: RoomCard,
    },
    /// A subject that this version doesn't know.
    Unknown,
}

impl Subject {
    pub fn title(&self) -> &str {
        match self {
            Self::Listing { listing } => &listing.title,
            Self::Order { order } => &order.title,
            Self::Room { room } => &room.name,
            Self::Unknown => "",
        }
    }

    pub fn listing(&self) -> Option<&ListingCard> {
        match self {
            Self::Listing { listing } => Some(listing),
            Self::Order { order } => order.listing.as_ref(),
            Self::Room { .. } | Self::Unknown => None,
        }
    }

    pub fn room(&self) -> Option<&RoomCard> {
        match self {
            Self::Room { room } => Some(room),
            _ => None,
        }
    }

    pub fn order(&self) -> Option<&OrderCard> {
        match self {
            Self::Order { order } => Some(order),
            _ => None,
        }
    }
}

impl FromJson for Subject {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        match json.take::<String>("kind")?.as_str() {
            "listing" => Ok(Self::Listing { listing: json.take("listing")? }),
            "order" => Ok(Self::Order { order: json.take("order")? }),
            "room" => Ok(Self::Room { room: json.take("room")? }),
            _ => Ok(Self::Unknown),
        }
    }
}
