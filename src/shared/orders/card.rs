//! Order cards: an order as a dashboard or a conversation's subject shows it, and the transitions open to a viewer.

use serde::Serialize;

use super::{
    code::OrderCode,
    quote::Quote,
    workflow::{Actor, Guard, OrderKind, Status, Transition, TransitionRule},
};
use crate::shared::{
    ids::{OrderId, UserId},
    json::read_fields,
    listings::ListingCard,
    users::Viewer,
    values::{dates::Day, money::Money},
};
use crate::shared::{listings::kind::ListingKind, users::rank::Rank};

/// An order as a card or a conversation's subject shows it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderCard {
    pub id: OrderId,
    pub code: OrderCode,
    pub kind: OrderKind,
    pub status: Status,
    /// What it is of; nothing for a custom order.
    pub listing: Option<ListingCard>,
    /// The listing's title when it was ordered, or what a custom order is called.
    pub title: String,
    /// The day, or the first day of a stay.
    pub starts_on: Option<Day>,
    /// The day on which a stay ends.
    pub ends_on: Option<Day>,
    /// People, hours or pieces.
    pub quantity: i64,
    /// For all of it; nothing until a custom order's quote is accepted.
    pub price: Option<Money>,
    /// The quote that waits for an answer.
    pub quote: Option<Quote>,
    pub guest: UserId,
    /// Nobody: it is the marketplace's own, for its operators at the desk.
    pub host: Option<UserId>,
}

impl OrderCard {
    /// Who this person is to the order; nothing for a stranger.
    pub fn party(&self, user: UserId, rank: Rank) -> Option<Actor> {
        if user == self.guest {
            Some(Actor::Guest)
        } else if self.host == Some(user) {
            Some(Actor::Host)
        } else {
            (rank != Rank::Member).then_some(Actor::Operator)
        }
    }

    /// The row of the table that this step of this party follows.
    pub fn rule(&self, step: Transition, party: Actor) -> Option<&'static TransitionRule> {
        TransitionRule::of(step, self.status).filter(|rule| rule.allows(party) && self.has(rule.needs))
    }

    /// The steps that are open to this person, the one that goes on first.
    pub fn steps(&self, viewer: &Viewer) -> Vec<Transition> {
        let Some(party) = self.party(viewer.id, viewer.rank) else { return Vec::new() };
        Transition::ALL.into_iter().filter(|step| self.rule(*step, party).is_some()).collect()
    }

    fn has(&self, needs: Guard) -> bool {
        match needs {
            Guard::Nothing => true,
            Guard::Price => self.price.is_some(),
            Guard::Quote => self.quote.is_some(),
        }
    }

    /// `12–15 June`; nothing for what is of no day.
    pub fn days(&self) -> Option<String> {
        let from = self.starts_on?;
        Some(self.ends_on.map_or_else(|| from.text(), |to| from.span_text(to)))
    }

    /// `12–15 June · 2 guests`, as far as it is about days and people.
    pub fn facts(&self) -> String {
        let days = self.days();
        let unit = match (self.kind, self.listing.as_ref().map(|listing| listing.kind)) {
            (OrderKind::Booking, Some(ListingKind::Service)) => Some("hour"),
            (OrderKind::Booking, Some(ListingKind::Stay)) => Some("guest"),
            (OrderKind::Booking, _) => Some("person"),
            (OrderKind::Purchase, _) => Some("piece"),
            (OrderKind::Custom, _) => None,
        };
        let quantity = unit.map(|unit| counted(self.quantity, unit));
        days.into_iter().chain(quantity).collect::<Vec<_>>().join(" · ")
    }
}

/// `1 guest`, `2 guests`, `2 people`.
fn counted(count: i64, unit: &str) -> String {
    match (count, unit) {
        (1, _) => format!("1 {unit}"),
        (_, "person") => format!("{count} people"),
        _ => format!("{count} {unit}s"),
    }
}

read_fields! {
    OrderCard { id, code, kind, status, listing, title, starts_on, ends_on, quantity, price, quote, guest, host }
}
