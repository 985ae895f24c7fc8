//! The place of a line in an import: what others refer to comes first, each conversation is followed by its messages, and those are in
//! the order of their times.

use chrono::DateTime;

use super::super::lines::{Line, LineBody};

/// Lines of an import are taken in the order of their places; those of one place as they came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Users, listings, conversations with their messages, orders.
    pub class: u8,
    /// The conversation.
    pub group: String,
    pub is_message: bool,
    pub at: i64,
}

impl Place {
    /// Where a line belongs. A time that can't be read, which is refused later, comes first.
    pub fn of(line: &Line) -> Self {
        let thing = |class, at: &str| Self { class, group: String::new(), is_message: false, at: micros(at) };
        match &line.body {
            LineBody::User(user) => thing(0, &user.changed_at),
            LineBody::Listing(listing) => thing(1, &listing.changed_at),
            LineBody::Order(order) => thing(3, &order.changed_at),
            LineBody::Conversation(conversation) => Self {
                class: 2,
                group: line.id.clone(),
                is_message: false,
                at: micros(&conversation.created_at),
            },
            LineBody::Message(message) => Self {
                class: 2,
                group: message.conversation.clone(),
                is_message: true,
                at: micros(&message.created_at),
            },
        }
    }
}

fn micros(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).map_or(i64::MIN, |time| time.timestamp_micros())
}
