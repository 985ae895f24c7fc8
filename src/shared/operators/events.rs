//! Types of events: what happens in the marketplace, as programs outside are told of it by webhooks and by `/api/events`.

/// Most events that one request for them answers.
pub const EVENTS_PAGE_MAX: i64 = 100;

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A type of events that an endpoint may choose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType { $($(#[$doc])* $name),+ }

        impl EventType {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The type as it stands in events.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

event_types! {
    MessageCreated = "message.created",
    MessageEdited = "message.edited",
    MessageDeleted = "message.deleted",
    ConversationCreated = "conversation.created",
    ConversationRenamed = "conversation.renamed",
    /// Somebody was invited to a room, joined, left, was removed, or has another role.
    ConversationMembers = "conversation.members_changed",
    OrderCreated = "order.created",
    OrderStatus = "order.status_changed",
    OrderQuoted = "order.quoted",
    OrderQuoteDeclined = "order.quote_declined",
    OrderTaken = "order.taken",
    UserCreated = "user.created",
    /// Another name or rank.
    UserUpdated = "user.updated",
    UserSuspended = "user.suspended",
    UserReinstated = "user.reinstated",
    UserClosed = "user.closed",
    ReportCreated = "report.created",
    ReportDecided = "report.decided",
    MailBounced = "mail.bounced",
}

/// The event that tests one endpoint. It comes whatever the endpoint has chosen, and is in no answer of `/api/events`.
pub const TEST_EVENT: &str = "webhook.test";

impl EventType {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// The types that a text names, separated by spaces, each once and in their order. `None` if one is unknown.
pub fn parse_types(words: &str) -> Option<Vec<EventType>> {
    let named: Option<Vec<_>> = words.split_whitespace().map(EventType::parse).collect();
    let named = named?;
    Some(EventType::ALL.iter().copied().filter(|kind| named.contains(kind)).collect())
}

/// The inverse of [`parse_types`].
pub fn to_words(types: &[EventType]) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r4_types_are_stored_as_words_and_read_back() {
        let types = vec![EventType::MessageCreated, EventType::UserClosed];
        assert_eq!(parse_types("user.closed  message.created user.closed"), Some(types.clone()));
        assert_eq!(to_words(&types), "message.created user.closed");
        assert_eq!(parse_types("message.created message.forgotten"), None);
        assert_eq!(parse_types(""), Some(vec![]));
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(*kind));
        }
    }
}
