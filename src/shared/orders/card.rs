//! Order cards: an order as lists and conversation subjects show it, and the transitions that a viewer may
//! make.

use serde::Serialize;

use super::{
    code::OrderCode,
    quote::Quote,
    workflow::{Actor, Guard, OrderKind, Status, Transition, TransitionRule},
};
use crate::shared::{
    ids::{OrderId, UserId},
    json::read_fields,
    listings::{ListingCard, kind::ListingKind},
    users::{Viewer, rank::Rank},
    values::{dates::Day, money::Money},
    words,
};

/// An order as cards and conversation subjects show it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderCard {
    pub id: OrderId,
    pub code: OrderCode,
    pub kind: OrderKind,
    pub status: Status,
    /// The ordered listing; absent for a custom order.
    pub listing: Option<ListingCard>,
    /// The listing's title at the time of the order, or the title of a custom order.
    pub title: String,
    /// The day, or the first day of a stay.
    pub starts_on: Option<Day>,
    /// The day on which a stay ends.
    pub ends_on: Option<Day>,
    /// People, hours or pieces.
    pub quantity: i64,
    /// The total price; absent until a custom order's quote is accepted.
    pub price: Option<Money>,
    /// The quote that waits for the guest's answer.
    pub quote: Option<Quote>,
    pub guest: UserId,
    /// Absent for a custom order, which the marketplace's operators fulfil.
    pub host: Option<UserId>,
    /// The marketplace's page about an order that it owns: its status comes from there, and nobody moves it on here. Absent if not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    pub url: Option<String>,
}

impl OrderCard {
    /// The user's role in this order; `None` if they have none.
    pub fn actor(&self, user: UserId, rank: Rank) -> Option<Actor> {
        if user == self.guest {
            Some(Actor::Guest)
        } else if self.host == Some(user) {
            Some(Actor::Host)
        } else {
            (rank != Rank::Member).then_some(Actor::Operator)
        }
    }

    /// The rule by which this actor may make this transition now; `None` if they may not.
    pub fn rule(&self, transition: Transition, actor: Actor) -> Option<&'static TransitionRule> {
        TransitionRule::of(transition, self.status)
            .filter(|rule| self.url.is_none() && rule.allows(actor) && self.satisfies(rule.guard))
    }

    /// The transitions that the viewer may make now, in the order of [`Transition::ALL`].
    pub fn transitions(&self, viewer: &Viewer) -> Vec<Transition> {
        let Some(actor) = self.actor(viewer.id, viewer.rank) else { return Vec::new() };
        Transition::ALL.into_iter().filter(|transition| self.rule(*transition, actor).is_some()).collect()
    }

    fn satisfies(&self, guard: Guard) -> bool {
        match guard {
            Guard::Nothing => true,
            Guard::Price => self.price.is_some(),
            Guard::Quote => self.quote.is_some(),
        }
    }

    /// `12–15 June`; `None` for an order without dates.
    pub fn days(&self) -> Option<String> {
        let from = self.starts_on?;
        Some(self.ends_on.map_or_else(|| from.text(), |to| from.span_text(to)))
    }

    /// How the price comes about: `3 nights × €148 = €444`, or the price alone.
    pub fn price_text(&self) -> Option<String> {
        let price = self.price?;
        let days = self.starts_on.zip(self.ends_on);
        let (units, unit) = priced_units(self.listing.as_ref()?.kind, days, self.quantity);
        let is_product = units > 0 && price.minor % units == 0;
        Some(if is_product {
            let each = Money { minor: price.minor / units, ..price };
            words::order_price_product(&each.text(), &price.text(), &unit.counted(units))
        } else {
            price.text()
        })
    }

    /// `12–15 June · 2 guests`: the dates and the quantity, where the order has them.
    pub fn facts(&self) -> String {
        let days = self.days();
        let unit = match (self.kind, self.listing.as_ref().map(|listing| listing.kind)) {
            (OrderKind::Booking, Some(ListingKind::Service)) => Some(Unit::Hour),
            (OrderKind::Booking, Some(ListingKind::Stay)) => Some(Unit::Guest),
            (OrderKind::Booking, _) => Some(Unit::Person),
            (OrderKind::Purchase, _) => Some(Unit::Piece),
            (OrderKind::Custom, _) => None,
        };
        let quantity = unit.map(|unit| unit.counted(self.quantity));
        days.into_iter().chain(quantity).collect::<Vec<_>>().join(" · ")
    }
}

/// What an order is priced by, nights or its quantity.
pub(super) fn priced_units(kind: ListingKind, days: Option<(Day, Day)>, quantity: i64) -> (i64, Unit) {
    match (kind, days) {
        (ListingKind::Stay, Some((from, to))) => (to.0 - from.0, Unit::Night),
        (ListingKind::Service, _) => (quantity, Unit::Hour),
        (ListingKind::Tour, _) => (quantity, Unit::Person),
        _ => (quantity, Unit::Piece),
    }
}

/// What orders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Night,
    Guest,
    Hour,
    Person,
    Piece,
}

impl Unit {
    /// `1 guest`, `2 guests`, `2 people`.
    pub fn counted(self, count: i64) -> String {
        let count = count.unsigned_abs();
        match self {
            Self::Night => words::order_nights(count),
            Self::Guest => words::order_guests(count),
            Self::Hour => words::order_hours(count),
            Self::Person => words::common_people_count(count),
            Self::Piece => words::order_pieces(count),
        }
    }
}

read_fields! {
    OrderCard { id, code, kind, status, listing, title, starts_on, ends_on, quantity, price, quote, guest, host; url }
}
