//! Facts of an order: its days, its quantity and its price, each with its name.

use crate::shared::{listings::kind::ListingKind, orders::card::OrderCard};

pub fn order_facts(card: &OrderCard) -> Vec<(&'static str, String)> {
    let (first, quantity) = match card.listing.as_ref().map(|listing| listing.kind) {
        Some(ListingKind::Stay) => ("Arrive", "Guests"),
        Some(ListingKind::Tour) => ("Day", "People"),
        Some(ListingKind::Service) => ("Day", "Hours"),
        Some(ListingKind::Item) | None => ("Day", "Pieces"),
    };
    let price = match (card.price_text(), card.price, card.quote) {
        (Some(text), ..) => text,
        (None, Some(price), _) => price.text(),
        (None, None, Some(quote)) => format!("{} proposed", quote.price.text()),
        (None, None, None) => "No price yet".to_owned(),
    };
    [
        Some(("Code", card.code.to_string())),
        card.starts_on.map(|day| (first, day.full_text())),
        card.ends_on.map(|day| ("Leave", day.full_text())),
        Some((quantity, card.quantity.to_string())),
        Some(("Price", price)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
