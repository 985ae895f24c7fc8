//! Notifications: what one user is told about. The notification of new messages is part of its conversation's summary, one for each conversation; all others are rows of their own. None copies the text of a message.

pub mod kinds;
pub mod preferences;
pub mod state;
pub mod text;
pub mod totals;

use serde::{Deserialize, Serialize};

use super::orders::{
    code::OrderCode,
    workflow::{OrderKind, Transition},
};
use super::positions::SyncSeq;
use super::{
    ids::{ConversationId, NotificationId},
    json::read_fields,
    system_messages::SystemMessage,
    users::Person,
    values::{dates::Day, time::Timestamp},
};
use kinds::NotificationKind;
use text::NotificationText;
use totals::UnreadTotals;

/// Notifications on one page, and named by one command at most.
pub const NOTIFICATIONS_PAGE: i64 = 30;

/// Something that one person is told of.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    /// What happened, as in a system message; `unknown` for one that is gone.
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    pub event: SystemMessage,
    /// Who caused it.
    pub person: Option<Person>,
    /// The order's title, or the room's name.
    pub subject: String,
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    /// Whether the order is one that I made.
    pub is_guest: bool,
    pub order_code: Option<OrderCode>,
    /// Where it stands in words.
    pub conversation: Option<ConversationId>,
    pub created_at: Timestamp,
    /// My head when it came: the order of the list, greatest first.
    pub raised: SyncSeq,
    /// My head when it last changed; of two, the one with the greater is the newer.
    pub changed: SyncSeq,
    /// One that `read_upto` covers is read as well.
    pub is_read: bool,
    pub is_deleted: bool,
}

impl Notification {
    pub fn is_unread(&self, read_upto: SyncSeq) -> bool {
        !self.is_read && !self.is_deleted && self.raised > read_upto
    }

    /// Where it leads.
    pub fn href(&self) -> Option<String> {
        if let SystemMessage::Notice { link, .. } = &self.event
            && link.is_some()
        {
            return link.clone();
        }
        let conversation = self.conversation.map(|id| format!("/messages/{id}"));
        conversation.or_else(|| self.order_code.map(|code| format!("/orders/{code}")))
    }

    pub fn words(&self) -> NotificationText {
        let name = self.person.as_ref().map_or("The team", |person| person.name.as_str());
        let title = match &self.event {
            SystemMessage::Requested { kind: OrderKind::Purchase, .. } => format!("{name} wants to buy"),
            SystemMessage::Requested { .. } => format!("{name} wants to book"),
            SystemMessage::Stepped { kind, step, .. } => self.stepped(*kind, *step, name),
            SystemMessage::Quoted { price } => format!("{name} asks {}", price.text()),
            SystemMessage::QuoteDeclined { price } => format!("{name} declined {}", price.text()),
            SystemMessage::Taken => format!("{name} looks after your order"),
            SystemMessage::Invited { .. } => format!("{name} invited you"),
            event => event.tell(Some(name), None).sentence,
        };
        let text = match &self.event {
            SystemMessage::Notice { text, .. } => text.clone(),
            _ => {
                let days = self
                    .starts_on
                    .map(|from| self.ends_on.map_or_else(|| from.text(), |to| from.span_text(to)));
                let subject = Some(self.subject.clone()).filter(|subject| !subject.is_empty());
                subject.into_iter().chain(days).collect::<Vec<_>>().join(", ")
            }
        };
        NotificationText { title, text }
    }

    fn stepped(&self, kind: OrderKind, step: Transition, name: &str) -> String {
        let what = if kind == OrderKind::Booking { "booking" } else { "order" };
        match (step, self.is_guest) {
            (Transition::Accept, true) => format!("Your {what} is accepted"),
            (Transition::Decline, true) => "Your request was declined".to_owned(),
            (Transition::Start, true) => format!("Your {what} has started"),
            (Transition::Complete, true) => format!("Your {what} is done"),
            (Transition::Accept | Transition::AcceptQuote, _) => format!("{name} accepted"),
            (Transition::Decline | Transition::DeclineQuote, _) => format!("{name} declined"),
            (Transition::Start, _) => format!("{name} started"),
            (Transition::Complete, _) => format!("{name} marked this as done"),
            (Transition::Cancel, _) => format!("{name} cancelled"),
        }
    }
}

/// What is new of notifications, as part of a change.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotificationUpdate {
    /// Those that changed, without those of new messages: these are in the summaries.
    pub items: Vec<Notification>,
    pub totals: UnreadTotals,
}

/// Where the next page of a list starts: after the one with this position.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationCursor {
    pub raised: SyncSeq,
    pub id: NotificationId,
}

/// Which ones a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFilter {
    #[serde(default)]
    pub kind: Option<NotificationKind>,
    #[serde(default)]
    pub is_unread_only: bool,
}

read_fields! {
    Notification { id, kind, event, person, subject, starts_on, ends_on, is_guest, order_code, conversation, created_at, raised, changed, is_read, is_deleted }
    NotificationUpdate { items, totals }
    NotificationCursor { raised, id }
}
