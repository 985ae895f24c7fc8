//! Notifications of one user. The notification of new messages is part of its conversation's summary, at most
//! one for each conversation; all others are rows of their own. None holds a copy of a message's text.

pub mod kinds;
pub mod level;
pub mod preferences;
pub mod state;
pub mod text;
pub mod totals;

use serde::{Deserialize, Serialize};

use super::{
    ids::{ConversationId, NotificationId},
    json::read_fields,
    orders::{
        code::OrderCode,
        workflow::{OrderKind, Transition},
    },
    positions::SyncSeq,
    system_messages::SystemMessage,
    users::Person,
    values::{dates::Day, time::Timestamp},
};
use kinds::NotificationKind;
use text::NotificationText;
use totals::UnreadTotals;

/// Notifications on one page, and the most that one command may name.
pub const NOTIFICATIONS_PAGE: i64 = 30;

/// A notification.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    /// The event, as in a system message; `unknown` once the notification is deleted.
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    pub event: SystemMessage,
    /// The user who caused it.
    pub person: Option<Person>,
    /// The order's title, or the room's name.
    pub subject: String,
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    /// Whether I am the guest of the order.
    pub is_guest: bool,
    pub order_code: Option<OrderCode>,
    /// The conversation that it leads to.
    pub conversation: Option<ConversationId>,
    pub created_at: Timestamp,
    /// My sync position when it arrived. The list is ordered by it, greatest first.
    pub raised: SyncSeq,
    /// My sync position when it last changed. Of two copies, the one with the greater position is newer.
    pub changed: SyncSeq,
    /// Whether it was marked as read itself. A notification that `read_upto` covers is read as well.
    pub is_read: bool,
    pub is_deleted: bool,
}

impl Notification {
    pub fn is_unread(&self, read_upto: SyncSeq) -> bool {
        !self.is_read && !self.is_deleted && self.raised > read_upto
    }

    /// The URL that it links to.
    pub fn href(&self) -> Option<String> {
        if let SystemMessage::Notice { link, .. } = &self.event
            && link.is_some()
        {
            return link.clone();
        }
        let conversation = self.conversation.map(|id| format!("/messages/{id}"));
        conversation.or_else(|| self.order_code.map(|code| format!("/orders/{code}")))
    }

    /// Where it leads on this site: a link of a notice may lead to another.
    pub fn own_path(&self) -> Option<String> {
        self.href().filter(|href| href.starts_with('/') && !href.starts_with("//"))
    }

    /// The title and text, from the notified user's point of view.
    pub fn text(&self) -> NotificationText {
        let name = self.person.as_ref().map_or("The team", |person| person.name.as_str());
        let title = match &self.event {
            SystemMessage::Requested { kind: OrderKind::Purchase, .. } => format!("{name} wants to buy"),
            SystemMessage::Requested { kind: OrderKind::Custom, .. } => format!("{name} asks for something"),
            SystemMessage::Requested { .. } => format!("{name} wants to book"),
            SystemMessage::Stepped { kind, step, .. } => self.transition_title(*kind, *step, name),
            SystemMessage::Quoted { price } => format!("{name} proposes {}", price.text()),
            SystemMessage::QuoteDeclined { price } => format!("{name} declined {}", price.text()),
            SystemMessage::Taken => format!("{name} looks after your order"),
            SystemMessage::Invited { .. } => format!("{name} invited you"),
            event => event.text(Some(name), None).sentence,
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

    fn transition_title(&self, kind: OrderKind, transition: Transition, name: &str) -> String {
        let what = if kind == OrderKind::Booking { "booking" } else { "order" };
        match (transition, self.is_guest) {
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

/// An update to a user's notifications, as part of a change.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = NotificationNews))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotificationUpdate {
    /// The notifications that changed. Those of new messages are in the conversations' summaries.
    pub items: Vec<Notification>,
    pub totals: UnreadTotals,
}

/// Pagination cursor of notifications: the next page starts after the one with this position and id.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationCursor {
    pub raised: SyncSeq,
    pub id: NotificationId,
}

/// The filter of a list of notifications.
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
