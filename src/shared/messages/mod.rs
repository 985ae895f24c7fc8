//! Messages: their kinds, their content, and the pages that they are fetched in.

pub mod body;
pub mod outbox;
pub mod preview;
pub mod receipts;

use super::positions::Seq;
use super::positions::Version;
use serde::{Deserialize, Serialize};

use super::{
    ids::{ConversationId, MessageId, UserId},
    json::{read_by_serde, read_fields, read_words},
    values::time::{HOUR, MINUTE, Timestamp},
};

/// A message can be edited for 15 minutes and deleted for 24 hours after it was sent.
pub const EDIT_WITHIN: i64 = 15 * MINUTE;

pub const DELETE_WITHIN: i64 = 24 * HOUR;

/// Messages on one page unless the client asks for fewer.
pub const MESSAGES_PAGE: i64 = 50;

/// Messages that one answer may hold at most.
pub const MESSAGES_MAX: i64 = 200;

/// Bytes of bodies on one page; at least one message comes whatever its size.
pub const PAGE_MAX_BYTES: usize = 48 * 1024;

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Text,
    System,
    /// A kind that this version doesn't know yet.
    #[serde(other)]
    Unknown,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "text" => Self::Text,
            "system" => Self::System,
            _ => Self::Unknown,
        }
    }
}

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub seq: Seq,
    /// The conversation's version when this message last changed. Of two copies, the greater wins.
    pub version: Version,
    /// Nobody for some system messages.
    pub sender: Option<UserId>,
    pub kind: MessageKind,
    /// Empty if deleted.
    pub body: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// Which messages of a conversation to fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// The newest page.
    #[default]
    Newest,
    /// The page that ends just before this message.
    BeforeSeq(Seq),
    /// The page that starts just after this message.
    AfterSeq(Seq),
    /// The page with this message in its middle.
    AroundSeq(Seq),
}

/// The answer to a send, first or repeated: the message as it is stored.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub message: Message,
}

read_fields! {
    Message { id, conversation, seq, version, sender, kind, body, created_at, edited_at, deleted_at }
    Sent { message }
}

read_by_serde! { Message, Sent }

read_words! { MessageKind }
