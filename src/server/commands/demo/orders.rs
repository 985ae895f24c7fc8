//! The orders of the demo, with what guests, hosts and the operator did about them.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{DemoAction, DemoEvent, listings::LISTINGS};
use crate::{
    server::store::{
        self, Conn,
        orders::{command::OrderCommand, create::NewOrder},
    },
    shared::{
        ids::{ListingId, MessageId, OrderId, UserId},
        messages::MessageKind,
        orders::{
            code::{OrderCode, OrderKey},
            draft::OrderFields,
            workflow::{Actor, Transition},
        },
        values::{
            dates::Day,
            money::Money,
            time::{MINUTE, Timestamp},
        },
    },
};

/// The user who acts on an order.
#[derive(Clone, Copy)]
enum Who {
    Guest,
    Host,
    /// Aino, who runs the marketplace.
    Operator,
}

#[derive(Clone, Copy)]
enum What {
    Say(&'static str),
    Transition(Transition),
    Take,
    Quote(i64),
    /// Reads all messages.
    Read,
}

struct DemoOrder {
    /// A listing's key; `None` for a custom order.
    listing: Option<&'static str>,
    guest: &'static str,
    /// Days from today until it starts, and its number of nights.
    days: Option<(i64, i64)>,
    quantity: i64,
    title: &'static str,
    note: &'static str,
    minutes_ago: i64,
    /// What happened next: minutes after the order's creation, ascending.
    then: &'static [(i64, Who, What)],
}

const OPERATOR: &str = "aino";

const ORDERS: &[DemoOrder] = &[
    DemoOrder {
        listing: Some("boathouse"),
        guest: "noor",
        days: Some((12, 3)),
        quantity: 2,
        title: "",
        note: "",
        minutes_ago: 3_050,
        then: &[
            (60, Who::Host, What::Transition(Transition::Accept)),
            (62, Who::Host, What::Say("Good, the cot is yours. The key hangs under the lamp.")),
            (75, Who::Guest, What::Read),
            (80, Who::Guest, What::Say("Thank you. We come by the late train.")),
            (95, Who::Host, What::Read),
        ],
    },
    DemoOrder {
        listing: Some("quilt"),
        guest: "noor",
        days: None,
        quantity: 1,
        title: "",
        note: "In the warm colours, please.",
        minutes_ago: 20_200,
        then: &[
            (200, Who::Host, What::Transition(Transition::Accept)),
            (1_500, Who::Host, What::Transition(Transition::Start)),
            (1_505, Who::Guest, What::Read),
            (9_000, Who::Host, What::Say("Two of the four colours are done. Photos tomorrow.")),
            (9_020, Who::Guest, What::Read),
        ],
    },
    DemoOrder {
        listing: Some("cups"),
        guest: "noor",
        days: None,
        quantity: 2,
        title: "",
        note: "",
        minutes_ago: 61_000,
        then: &[
            (300, Who::Host, What::Transition(Transition::Accept)),
            (2_000, Who::Host, What::Transition(Transition::Start)),
            (14_000, Who::Host, What::Transition(Transition::Complete)),
            (14_100, Who::Guest, What::Read),
            (14_200, Who::Guest, What::Say("They are here and whole. The blue one is mine.")),
            (14_300, Who::Host, What::Read),
        ],
    },
    DemoOrder {
        listing: Some("lunch"),
        guest: "noor",
        days: Some((-40, 0)),
        quantity: 2,
        title: "",
        note: "",
        minutes_ago: 75_000,
        then: &[(900, Who::Host, What::Transition(Transition::Decline)), (1_000, Who::Guest, What::Read)],
    },
    DemoOrder {
        listing: Some("studio"),
        guest: "mei",
        days: Some((20, 2)),
        quantity: 2,
        title: "",
        note: "We are cycling from Dijon and would love to stay two nights. Is there a place for two bicycles?",
        minutes_ago: 1_700,
        then: &[
            (25, Who::Host, What::Read),
            (33, Who::Host, What::Say("Hello Mei! Yes, there is a locked shed behind the house.")),
            (40, Who::Guest, What::Read),
        ],
    },
    DemoOrder {
        listing: Some("studio"),
        guest: "leo",
        days: Some((5, 1)),
        quantity: 1,
        title: "",
        note: "",
        minutes_ago: 4_500,
        then: &[(30, Who::Host, What::Transition(Transition::Accept)), (45, Who::Guest, What::Read)],
    },
    DemoOrder {
        listing: None,
        guest: "noor",
        days: None,
        quantity: 1,
        title: "A table for the garden, two metres",
        note: "Something simple in larch that can stay outside in winter. Eight people, with benches.",
        minutes_ago: 8_600,
        then: &[
            (40, Who::Operator, What::Take),
            (41, Who::Operator, What::Read),
            (55, Who::Operator, What::Say("Hello Noor! I ask a joiner in Kuusamo who makes exactly this.")),
            (60, Who::Guest, What::Read),
            (1_500, Who::Operator, What::Quote(94_000)),
            (1_600, Who::Guest, What::Read),
        ],
    },
    DemoOrder {
        listing: None,
        guest: "yara",
        days: None,
        quantity: 1,
        title: "Twelve cushions for the dome",
        note: "Round, 60 cm, in three reds. They have to stand sand and children.",
        minutes_ago: 49,
        then: &[(7, Who::Guest, What::Say("And washable!"))],
    },
    DemoOrder {
        listing: Some("cabin"),
        guest: "sam",
        days: Some((2, 4)),
        quantity: 1,
        title: "",
        note: "",
        minutes_ago: 9_900,
        then: &[
            (100, Who::Host, What::Transition(Transition::Accept)),
            (110, Who::Guest, What::Read),
            (9_000, Who::Host, What::Transition(Transition::Start)),
            (9_010, Who::Guest, What::Read),
        ],
    },
    DemoOrder {
        listing: Some("vineyard"),
        guest: "jonas",
        days: Some((9, 2)),
        quantity: 2,
        title: "",
        note: "",
        minutes_ago: 6_100,
        then: &[(500, Who::Guest, What::Transition(Transition::Cancel)), (700, Who::Host, What::Read)],
    },
];

/// The creation of one of these orders, or an action on it.
pub struct OrderEvent {
    order: &'static DemoOrder,
    id: OrderId,
    listing: Option<ListingId>,
    guest: UserId,
    user: UserId,
    who: Who,
    /// `None` for the order's creation.
    what: Option<What>,
}

/// All events of the orders, unordered.
pub fn events(
    people: &HashMap<&str, UserId>,
    listings: &HashMap<&str, (ListingId, UserId)>,
    now: Timestamp,
) -> Vec<DemoEvent> {
    let mut events = Vec::new();
    for order in ORDERS {
        let id = OrderId::new();
        let listing = order.listing.and_then(|key| listings.get(key).copied());
        let guest = people[order.guest];
        let user = |who| match who {
            Who::Guest => guest,
            Who::Host => listing.map_or(guest, |(_, host)| host),
            Who::Operator => people[OPERATOR],
        };
        let created_at = now.plus(-order.minutes_ago * MINUTE);
        let first = (0, Who::Guest, None);
        let then = order.then.iter().map(|(minutes, who, what)| (*minutes, *who, Some(*what)));
        events.extend(std::iter::once(first).chain(then).map(|(minutes, who, what)| DemoEvent {
            at: created_at.plus(minutes * MINUTE),
            listing: listing.map(|(listing, _)| listing).unwrap_or_default(),
            guest,
            user: user(who),
            action: DemoAction::Order(OrderEvent {
                order,
                id,
                listing: listing.map(|(listing, _)| listing),
                guest,
                user: user(who),
                who,
                what,
            }),
        }));
    }
    events
}

impl OrderEvent {
    pub async fn apply(self, conn: &mut Conn<'_>, at: Timestamp) -> store::Result<()> {
        let Some(what) = self.what else { return self.create(conn, at).await };
        let key = OrderKey::Id(self.id);
        let Some(order) = store::orders::row::get(conn, &key).await? else { return Ok(()) };
        let actor = match self.who {
            Who::Guest => Actor::Guest,
            Who::Host => Actor::Host,
            Who::Operator => Actor::Operator,
        };
        let id = MessageId::new();
        let seen = order.card.status.into();
        let command = OrderCommand { id, order: self.id, user: self.user, actor, seen };
        match what {
            What::Say(text) => {
                let new = store::messages::new_message::NewMessage {
                    id,
                    conversation: order.conversation,
                    sender: self.user,
                    kind: MessageKind::Text,
                    body: text.to_owned(),
                    attached: None,
                    first_hash: store::messages::new_message::hash_of(MessageKind::Text, text),
                };
                store::messages::append::append(conn, new, at).await?;
            }
            What::Transition(step) => {
                drop(store::orders::transitions::apply_transition(conn, command, step, at).await?)
            }
            What::Take => drop(store::orders::transitions::take(conn, command, at).await?),
            What::Quote(cents) => {
                drop(store::orders::transitions::quote(conn, command, Money::euros(cents), at).await?);
            }
            What::Read => {
                store::messages::receipts::mark_read(conn, self.user, order.conversation, i64::MAX, at)
                    .await?;
            }
        }
        Ok(())
    }

    async fn create(&self, conn: &mut Conn<'_>, at: Timestamp) -> store::Result<()> {
        let order = self.order;
        let kind =
            LISTINGS.iter().find(|listing| Some(listing.key) == order.listing).map(|listing| listing.kind);
        let starts_on = order.days.map(|(ahead, _)| Day::of(at).plus(order.minutes_ago / (24 * 60) + ahead));
        let ends_on =
            order.days.zip(starts_on).and_then(|((_, nights), day)| (nights > 0).then(|| day.plus(nights)));
        let fields = OrderFields {
            starts_on,
            ends_on,
            quantity: order.quantity,
            note: order.note.to_owned(),
            title: order.title.to_owned(),
        };
        let new = NewOrder {
            id: self.id,
            codes: (0..8).map(|_| OrderCode::from_random(uuid::Uuid::new_v4().as_u64_pair().0)).collect(),
            guest: self.guest,
            listing: self.listing,
            seen_price_cents: None,
            fields,
            first_hash: Sha256::digest(self.id.to_string()).into(),
            outside: None,
        };
        store::orders::create::create(conn, new, kind, at).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::orders::workflow::{Status, TransitionRule};

    #[test]
    fn what_happened_to_the_orders_of_the_demo_has_happened() {
        for order in ORDERS {
            assert!(order.then.iter().all(|(minutes, ..)| *minutes < order.minutes_ago), "{}", order.title);
            assert!(order.then.is_sorted_by_key(|(minutes, ..)| *minutes), "{}", order.title);
            let listing = LISTINGS.iter().find(|listing| Some(listing.key) == order.listing);
            assert_eq!(listing.is_some(), order.listing.is_some());
            assert!(listing.is_none_or(|listing| listing.host != order.guest && !listing.is_paused));
        }
    }

    #[test]
    fn the_steps_of_the_demo_follow_the_table() {
        for order in ORDERS {
            let mut status = Status::Pending;
            for (_, _, what) in order.then {
                if let What::Transition(step) = what {
                    let rule = TransitionRule::of(*step, status);
                    status = rule.expect("a step that is open").to;
                }
            }
        }
    }
}
