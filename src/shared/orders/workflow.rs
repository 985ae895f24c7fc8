//! The order workflow: the status machine as a table of transitions, for the server, the browser and docs/orders.md alike (D1).

use serde::{Deserialize, Serialize};

use crate::shared::json::read_words;
use crate::shared::listings::kind::ListingKind;

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Of a stay, a tour or a service.
    Booking,
    /// Of an item.
    Purchase,
    /// Of something that no listing offers: a customer describes what is wanted.
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
    /// The way of an order that goes well.
    pub const WAY: [Self; 4] = [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed];

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

    /// What people read.
    pub fn word(self, kind: OrderKind) -> &'static str {
        match (self, kind) {
            (Self::Pending, _) => "Requested",
            (Self::Accepted, OrderKind::Purchase) => "Confirmed",
            (Self::Accepted, _) => "Accepted",
            (Self::InProgress, OrderKind::Booking) => "Under way",
            (Self::InProgress, _) => "In the making",
            (Self::Completed, _) => "Done",
            (Self::Declined, _) => "Declined",
            (Self::Cancelled, _) => "Cancelled",
        }
    }

    /// Nothing follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Declined | Self::Cancelled)
    }
}

/// Who somebody is to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Who ordered.
    Guest,
    /// Whose listing it is.
    Host,
    /// The marketplace's staff.
    Operator,
}

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
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// What its button says.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Accept | Self::AcceptQuote => "Accept",
            Self::Decline | Self::DeclineQuote => "Decline",
            Self::Start => "Start",
            Self::Complete => "Complete",
            Self::Cancel => "Cancel",
        }
    }

    /// What is asked first, where it can't be undone and is not what one hopes for.
    pub fn question(self) -> Option<&'static str> {
        match self {
            Self::Decline => Some("Decline this request? That can’t be undone."),
            Self::Cancel => Some("Cancel this order? That can’t be undone."),
            Self::Accept | Self::AcceptQuote | Self::DeclineQuote | Self::Start | Self::Complete => None,
        }
    }
}

/// What a step needs of the order besides its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Nothing,
    /// It is known what it costs.
    Price,
    /// A quote has been made and not been answered.
    Quote,
}

/// One row of the table: from this status, by these, to that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRule {
    pub step: Transition,
    pub from: Status,
    pub to: Status,
    pub by: &'static [Actor],
    pub needs: Guard,
}

const STAFF: &[Actor] = &[Actor::Host, Actor::Operator];

const GUEST: &[Actor] = &[Actor::Guest];

const ANYBODY: &[Actor] = &[Actor::Guest, Actor::Host, Actor::Operator];

/// The whole status machine.
pub const TRANSITIONS: [TransitionRule; 9] = [
    TransitionRule {
        step: Transition::Accept,
        from: Status::Pending,
        to: Status::Accepted,
        by: STAFF,
        needs: Guard::Price,
    },
    TransitionRule {
        step: Transition::Decline,
        from: Status::Pending,
        to: Status::Declined,
        by: STAFF,
        needs: Guard::Nothing,
    },
    TransitionRule {
        step: Transition::AcceptQuote,
        from: Status::Pending,
        to: Status::Accepted,
        by: GUEST,
        needs: Guard::Quote,
    },
    TransitionRule {
        step: Transition::DeclineQuote,
        from: Status::Pending,
        to: Status::Pending,
        by: GUEST,
        needs: Guard::Quote,
    },
    TransitionRule {
        step: Transition::Cancel,
        from: Status::Pending,
        to: Status::Cancelled,
        by: GUEST,
        needs: Guard::Nothing,
    },
    TransitionRule {
        step: Transition::Cancel,
        from: Status::Accepted,
        to: Status::Cancelled,
        by: ANYBODY,
        needs: Guard::Nothing,
    },
    TransitionRule {
        step: Transition::Start,
        from: Status::Accepted,
        to: Status::InProgress,
        by: STAFF,
        needs: Guard::Nothing,
    },
    TransitionRule {
        step: Transition::Complete,
        from: Status::InProgress,
        to: Status::Completed,
        by: STAFF,
        needs: Guard::Nothing,
    },
    TransitionRule {
        step: Transition::Cancel,
        from: Status::InProgress,
        to: Status::Cancelled,
        by: STAFF,
        needs: Guard::Nothing,
    },
];

impl TransitionRule {
    /// What a step means for an order in this status; nothing where it can't be taken.
    pub fn of(step: Transition, from: Status) -> Option<&'static Self> {
        TRANSITIONS.iter().find(|rule| rule.step == step && rule.from == from)
    }

    pub fn allows(&self, party: Actor) -> bool {
        self.by.contains(&party)
    }
}

read_words! { OrderKind, Status, Transition, Actor }

#[cfg(test)]
mod tests {
    use super::*;

    /// Every party, step and status. What is not named here can't be done.
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
        for party in [Guest, Host, Operator] {
            for step in Transition::ALL {
                for from in Status::ALL {
                    let wanted = allowed
                        .iter()
                        .find(|(by, which, at, _)| (*by, *which, *at) == (party, step, from))
                        .map(|(.., to)| *to);
                    let found =
                        TransitionRule::of(step, from).filter(|rule| rule.allows(party)).map(|rule| rule.to);
                    assert_eq!(found, wanted, "{party:?} {step:?} {from:?}");
                }
            }
        }
    }

    #[test]
    fn d1_the_documentation_shows_the_same_table() {
        let party = |party: &Actor| match party {
            Actor::Guest => "guest",
            Actor::Host => "host",
            Actor::Operator => "operator",
        };
        let rows = TRANSITIONS.iter().map(|rule| {
            let by = rule.by.iter().map(party).collect::<Vec<_>>().join(", ");
            let needs = match rule.needs {
                Guard::Nothing => "",
                Guard::Price => "a price",
                Guard::Quote => "a quote",
            };
            let (step, from, to) = (rule.step.as_str(), rule.from.as_str(), rule.to.as_str());
            format!("| {step} | {from} | {to} | {by} | {needs} |\n")
        });
        let table: String = rows.collect();
        assert!(include_str!("../../../docs/orders.md").contains(&table), "{table}");
    }
}
