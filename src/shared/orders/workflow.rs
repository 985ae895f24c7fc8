//! The order workflow: a state machine as one table of transitions, which the server, the browser and
//! docs/orders.md share (D1).

use serde::{Deserialize, Serialize};

use crate::shared::{json::read_unit_enums, listings::kind::ListingKind, words};

/// The kind of an order.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// An order of a stay, a tour or a service.
    Booking,
    /// An order of an item.
    Purchase,
    /// An order without a listing: the guest describes it, and an operator quotes a price.
    Custom,
}

impl OrderKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Purchase => "purchase",
            Self::Custom => "custom",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Booking, Self::Purchase, Self::Custom].into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn of(listing: ListingKind) -> Self {
        match listing {
            ListingKind::Item => Self::Purchase,
            ListingKind::Stay | ListingKind::Service | ListingKind::Tour => Self::Booking,
        }
    }
}

/// The status of an order.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    Accepted,
    InProgress,
    Completed,
    Declined,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed, Self::Declined, Self::Cancelled];
    /// The happy path: the statuses of an order that is neither declined nor cancelled.
    pub const HAPPY_PATH: [Self; 4] = [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// The status as pages show it.
    pub fn label(self, kind: OrderKind) -> &'static str {
        match (self, kind) {
            (Self::Pending, _) => words::order_status_requested(),
            (Self::Accepted, OrderKind::Purchase) => words::order_status_confirmed(),
            (Self::Accepted, _) => words::order_status_accepted(),
            (Self::InProgress, OrderKind::Booking) => words::order_status_under_way(),
            (Self::InProgress, _) => words::order_status_in_the_making(),
            (Self::Completed, _) => words::order_status_done(),
            (Self::Declined, _) => words::order_status_declined(),
            (Self::Cancelled, _) => words::order_status_cancelled(),
        }
    }

    /// Whether no transition leads on from it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Declined | Self::Cancelled)
    }
}

/// A user's role in an order, which decides the transitions that they may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The user who ordered.
    Guest,
    /// The host of the listing.
    Host,
    /// Any operator of the marketplace.
    Operator,
}

/// A transition of the state machine, as a command. `DeclineQuote` changes no status; it removes the quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Accept,
    Decline,
    AcceptQuote,
    DeclineQuote,
    Start,
    Complete,
    Cancel,
}

impl Transition {
    pub const ALL: [Self; 7] = [
        Self::Accept,
        Self::Decline,
        Self::AcceptQuote,
        Self::DeclineQuote,
        Self::Start,
        Self::Complete,
        Self::Cancel,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::AcceptQuote => "accept_quote",
            Self::DeclineQuote => "decline_quote",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Cancel => "cancel",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transition| transition.as_str() == text)
    }

    /// The label of its button.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Accept | Self::AcceptQuote => words::order_step_accept(),
            Self::Decline => words::order_step_decline(),
            Self::DeclineQuote => words::order_step_decline_price(),
            Self::Start => words::order_step_start(),
            Self::Complete => words::order_step_complete(),
            Self::Cancel => words::order_step_cancel(),
        }
    }
}

/// A condition that a transition sets besides the order's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Nothing,
    /// The order has a price.
    Price,
    /// The order has a quote that waits for an answer.
    Quote,
}

/// One row of the table: these actors may make this transition from one status to another if the guard holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRule {
    pub transition: Transition,
    pub from: Status,
    pub to: Status,
    pub actors: &'static [Actor],
    pub guard: Guard,
}

const HOST_OR_OPERATOR: &[Actor] = &[Actor::Host, Actor::Operator];

const GUEST_ONLY: &[Actor] = &[Actor::Guest];

const ANY_ACTOR: &[Actor] = &[Actor::Guest, Actor::Host, Actor::Operator];

/// The whole state machine.
pub const TRANSITIONS: [TransitionRule; 9] = [
    TransitionRule {
        transition: Transition::Accept,
        from: Status::Pending,
        to: Status::Accepted,
        actors: HOST_OR_OPERATOR,
        guard: Guard::Price,
    },
    TransitionRule {
        transition: Transition::Decline,
        from: Status::Pending,
        to: Status::Declined,
        actors: HOST_OR_OPERATOR,
        guard: Guard::Nothing,
    },
    TransitionRule {
        transition: Transition::AcceptQuote,
        from: Status::Pending,
        to: Status::Accepted,
        actors: GUEST_ONLY,
        guard: Guard::Quote,
    },
    TransitionRule {
        transition: Transition::DeclineQuote,
        from: Status::Pending,
        to: Status::Pending,
        actors: GUEST_ONLY,
        guard: Guard::Quote,
    },
    TransitionRule {
        transition: Transition::Cancel,
        from: Status::Pending,
        to: Status::Cancelled,
        actors: GUEST_ONLY,
        guard: Guard::Nothing,
    },
    TransitionRule {
        transition: Transition::Cancel,
        from: Status::Accepted,
        to: Status::Cancelled,
        actors: ANY_ACTOR,
        guard: Guard::Nothing,
    },
    TransitionRule {
        transition: Transition::Start,
        from: Status::Accepted,
        to: Status::InProgress,
        actors: HOST_OR_OPERATOR,
        guard: Guard::Nothing,
    },
    TransitionRule {
        transition: Transition::Complete,
        from: Status::InProgress,
        to: Status::Completed,
        actors: HOST_OR_OPERATOR,
        guard: Guard::Nothing,
    },
    TransitionRule {
        transition: Transition::Cancel,
        from: Status::InProgress,
        to: Status::Cancelled,
        actors: HOST_OR_OPERATOR,
        guard: Guard::Nothing,
    },
];

impl TransitionRule {
    /// The rule of a transition from this status; `None` if the transition does not start there.
    pub fn of(transition: Transition, from: Status) -> Option<&'static Self> {
        TRANSITIONS.iter().find(|rule| rule.transition == transition && rule.from == from)
    }

    pub fn allows(&self, actor: Actor) -> bool {
        self.actors.contains(&actor)
    }
}

read_unit_enums! { OrderKind, Status, Transition, Actor }

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination of actor, transition and status. All that are not listed here are refused.
    #[test]
    fn d1_the_status_machine_as_a_table() {
        use Actor::{Guest, Host, Operator};
        use Status::{Accepted, Cancelled, Completed, Declined, InProgress, Pending};
        let allowed = [
            (Host, Transition::Accept, Pending, Accepted),
            (Operator, Transition::Accept, Pending, Accepted),
            (Host, Transition::Decline, Pending, Declined),
            (Operator, Transition::Decline, Pending, Declined),
            (Guest, Transition::AcceptQuote, Pending, Accepted),
            (Guest, Transition::DeclineQuote, Pending, Pending),
            (Guest, Transition::Cancel, Pending, Cancelled),
            (Guest, Transition::Cancel, Accepted, Cancelled),
            (Host, Transition::Cancel, Accepted, Cancelled),
            (Operator, Transition::Cancel, Accepted, Cancelled),
            (Host, Transition::Start, Accepted, InProgress),
            (Operator, Transition::Start, Accepted, InProgress),
            (Host, Transition::Complete, InProgress, Completed),
            (Operator, Transition::Complete, InProgress, Completed),
            (Host, Transition::Cancel, InProgress, Cancelled),
            (Operator, Transition::Cancel, InProgress, Cancelled),
        ];
        for actor in [Guest, Host, Operator] {
            for transition in Transition::ALL {
                for from in Status::ALL {
                    let wanted = allowed
                        .iter()
                        .find(|(by, which, at, _)| (*by, *which, *at) == (actor, transition, from))
                        .map(|(.., to)| *to);
                    let rule = TransitionRule::of(transition, from).filter(|rule| rule.allows(actor));
                    assert_eq!(rule.map(|rule| rule.to), wanted, "{actor:?} {transition:?} {from:?}");
                }
            }
        }
    }

    #[test]
    fn d1_the_documentation_shows_the_same_table() {
        let name = |actor: &Actor| match actor {
            Actor::Guest => "guest",
            Actor::Host => "host",
            Actor::Operator => "operator",
        };
        let rows = TRANSITIONS.iter().map(|rule| {
            let by = rule.actors.iter().map(name).collect::<Vec<_>>().join(", ");
            let needs = match rule.guard {
                Guard::Nothing => "",
                Guard::Price => "a price",
                Guard::Quote => "a quote",
            };
            let (transition, from, to) = (rule.transition.as_str(), rule.from.as_str(), rule.to.as_str());
            format!("| {transition} | {from} | {to} | {by} | {needs} |\n")
        });
        let table: String = rows.collect();
        assert!(include_str!("../../../docs/orders.md").contains(&table), "{table}");
    }
}
