//! Moderation (E9): operators search and read all conversations without being participants.

use serde::Serialize;

use crate::shared::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    messages::Message,
    orders::code::OrderCode,
    positions::Seq,
    users::Person,
    values::{page_cursor::PageCursor, time::Timestamp},
};

/// Conversations on one page.
pub const MODERATION_PAGE: i64 = 30;
/// Most participants that a row names.
pub const PEOPLE_SHOWN_MAX: i64 = 6;

/// A conversation in the moderation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModerationRow {
    pub id: ConversationId,
    /// The title of its listing or order; empty if it has none.
    pub title: String,
    pub order: Option<OrderCode>,
    /// Present and former participants, up to [`PEOPLE_SHOWN_MAX`].
    pub people: Vec<Person>,
    /// The number of all present and former participants.
    pub people_count: i64,
    /// The number of visible messages.
    pub total: i64,
    pub active_at: Timestamp,
}

/// One page of conversations, latest message first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModerationPage {
    pub rows: Vec<ModerationRow>,
    pub next: Option<PageCursor>,
}

/// A page of one conversation's messages, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transcript {
    pub conversation: ModerationRow,
    pub messages: Vec<Message>,
    /// The senders of these messages.
    pub senders: Vec<Person>,
    /// Pagination cursor: the page before this one ends just before this message.
    pub before: Option<Seq>,
}

read_fields! {
    ModerationRow { id, title, order, people, people_count, total, active_at }
    ModerationPage { rows, next }
    Transcript { conversation, messages, senders, before }
}
read_by_serde! { ModerationPage, Transcript }
