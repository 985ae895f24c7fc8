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
    conversations::participant::ActorName,
    conversations::system_messages::SystemMessage,
    ids::{ConversationId, NotificationId},
    json::read_fields,
    orders::{
        code::OrderCode,
        workflow::{OrderKind, Transition},
    },
    positions::SyncSeq,
    users::Person,
    values::{dates::Day, time::Timestamp},
    words,
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
    /// The conversation that it leads to. Of an invitation, the room into which I am invited.
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

    /// Whether it is of an invitation into a room in which the user is not yet: it says how many are there.
    pub fn is_invitation(&self) -> bool {
        matches!(&self.event, SystemMessage::Invited { more: 1.., .. })
    }

    /// The URL that it links to.
    pub fn href(&self) -> Option<String> {
        if self.is_invitation() {
            return Some("/rooms/invitations".to_owned());
        }
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
        let name = self.person.as_ref().map_or(words::common_the_team(), |person| person.name.as_str());
        let title = match &self.event {
            SystemMessage::Requested { kind: OrderKind::Purchase, .. } => {
                words::notification_wants_to_buy(name)
            }
            SystemMessage::Requested { kind: OrderKind::Custom, .. } => words::notification_asks(name),
            SystemMessage::Requested { .. } => words::notification_wants_to_book(name),
            SystemMessage::Stepped { kind, step, .. } => self.transition_title(*kind, *step, name),
            SystemMessage::Quoted { price } => words::notification_quoted(name, &price.text()),
            SystemMessage::QuoteDeclined { price } => words::notification_quote_declined(name, &price.text()),
            SystemMessage::Taken => words::notification_taken(name),
            SystemMessage::Invited { .. } => words::notification_invited(name),
            event => event.text(Some(&ActorName::Other(name.to_owned())), None).sentence,
        };
        let text = match &self.event {
            SystemMessage::Notice { text, .. } => text.clone(),
            SystemMessage::Invited { more: people @ 1.., .. } => {
                format!("{}, {}", self.subject, words::common_people_count(people.unsigned_abs()))
            }
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
        let is_booking = kind == OrderKind::Booking;
        let title = match (transition, self.is_guest) {
            (Transition::Accept, true) if is_booking => words::notification_your_booking_accepted(),
            (Transition::Accept, true) => words::notification_your_order_accepted(),
            (Transition::Decline, true) => words::notification_your_request_declined(),
            (Transition::Start, true) if is_booking => words::notification_your_booking_started(),
            (Transition::Start, true) => words::notification_your_order_started(),
            (Transition::Complete, true) if is_booking => words::notification_your_booking_done(),
            (Transition::Complete, true) => words::notification_your_order_done(),
            (Transition::Accept | Transition::AcceptQuote, _) => return words::notification_accepted(name),
            (Transition::Decline | Transition::DeclineQuote, _) => return words::notification_declined(name),
            (Transition::Start, _) => return words::notification_started(name),
            (Transition::Complete, _) => return words::notification_completed(name),
            (Transition::Cancel, _) => return words::notification_cancelled(name),
        };
        title.to_owned()
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
