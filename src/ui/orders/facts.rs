//! Facts of an order: its days, its quantity and its price, each with its name.

use crate::shared::{listings::kind::ListingKind, orders::card::OrderCard, words};

pub fn order_facts(card: &OrderCard) -> Vec<(&'static str, String)> {
    let (first, quantity) = match card.listing.as_ref().map(|listing| listing.kind) {
        Some(ListingKind::Stay) => (words::order_facts_arrive(), words::order_facts_guests()),
        Some(ListingKind::Tour) => (words::order_facts_day(), words::order_facts_people()),
        Some(ListingKind::Service) => (words::order_facts_day(), words::order_facts_hours()),
        Some(ListingKind::Item) | None => (words::order_facts_day(), words::order_facts_pieces()),
    };
    let price = match (card.price_text(), card.price, card.quote) {
        (Some(text), ..) => text,
        (None, Some(price), _) => price.text(),
        (None, None, Some(quote)) => words::order_facts_price_proposed(&quote.price.text()),
        (None, None, None) => words::order_facts_no_price().to_owned(),
    };
    [
        Some((words::order_facts_code(), card.code.to_string())),
        card.starts_on.map(|day| (first, day.full_text())),
        card.ends_on.map(|day| (words::order_facts_leave(), day.full_text())),
        Some((quantity, card.quantity.to_string())),
        Some((words::order_facts_price(), price)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
