//! Conversations as operators look into them (E9): whichever they are, and without taking part.

use serde::Serialize;

use crate::shared::orders::code::OrderCode;
use crate::shared::positions::Seq;
use crate::shared::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    messages::Message,
    users::Person,
    values::{page_cursor::Cursor, time::Timestamp},
};

/// Conversations on one page.
pub const MODERATION_PAGE: i64 = 30;
/// People that are named of one conversation.
pub const NAMED_MAX: i64 = 6;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModerationRow {
    pub id: ConversationId,
    /// Of its listing or order; empty where it has none.
    pub title: String,
    pub order: Option<OrderCode>,
    /// Who takes part or took part, the first few.
    pub people: Vec<Person>,
    /// How many those are in all.
    pub people_count: i64,
    /// Messages that can be seen.
    pub total: i64,
    pub active_at: Timestamp,
}

/// One page of them, latest message first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModerationPage {
    pub rows: Vec<ModerationRow>,
    pub next: Option<Cursor>,
}

/// A stretch of one conversation, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transcript {
    pub conversation: ModerationRow,
    pub messages: Vec<Message>,
    /// Who wrote these.
    pub senders: Vec<Person>,
    /// The page before this one ends just before this message.
    pub before: Option<Seq>,
}

read_fields! {
    ModerationRow { id, title, order, people, people_count, total, active_at }
    ModerationPage { rows, next }
    Transcript { conversation, messages, senders, before }
}
read_by_serde! { ModerationPage, Transcript }
