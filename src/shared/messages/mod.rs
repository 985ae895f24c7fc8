//! Messages, and what one may say.

pub mod outbox;
pub mod system;

use serde::{Deserialize, Serialize};

use super::{
    conversations::Conversation,
    errors::{ApiError, Result},
    ids::{ConversationId, MessageId, UserId},
    json::{read_by_serde, read_fields, read_words},
    sync::changes::Head,
    values::{
        text,
        time::{HOUR, MINUTE, Timestamp},
    },
};

/// A message's place in its conversation: 1, 2, 3 … without gaps.
pub type Seq = i64;
/// A conversation's count of messages inserted, edited and deleted.
pub type Version = i64;

pub const BODY_MAX_CHARS: usize = 10_000;
pub const BODY_MAX_BYTES: usize = 40_000;
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

/// One step of somebody's reading: everything up to `upto_seq` not covered by an earlier step
/// was read at `at`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    pub user: UserId,
    pub upto_seq: Seq,
    pub at: Timestamp,
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

/// A stretch of a conversation, oldest first, as of one moment.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessagePage {
    pub epoch: String,
    pub head: Head,
    /// The summary at the same moment; its version is the thread's cursor.
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// When the others read these messages, oldest first.
    pub reads: Vec<Read>,
}

/// The answer to a send, first or repeated: the message as it is stored.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub message: Message,
}

/// The answer to a read receipt.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Marked {
    pub conversation: ConversationId,
    pub read_seq: Seq,
    /// What is still unread in this conversation.
    pub unread: i64,
    /// What is still unread in all of mine.
    pub unread_total: i64,
}

/// A message's text as it may be stored: line ends normalised, outer space trimmed.
pub fn check_body(body: &str) -> Result<String> {
    if body.len() > BODY_MAX_BYTES * 2 {
        return Err(too_long(body.chars().count()));
    }
    let body = text::block("body", "The message", body, 1, BODY_MAX_CHARS)?;
    if body.len() > BODY_MAX_BYTES {
        return Err(too_long(body.chars().count()));
    }
    Ok(body)
}

fn too_long(chars: usize) -> ApiError {
    ApiError::invalid(
        "body",
        format!("The message is too long: {chars} characters, {BODY_MAX_CHARS} at most."),
    )
}

read_fields! {
    Message { id, conversation, seq, version, sender, kind, body, created_at, edited_at, deleted_at }
    Read { user, upto_seq, at }
    MessagePage { epoch, head, conversation, messages, reads }
    Sent { message }
    Marked { conversation, read_seq, unread, unread_total }
}
read_by_serde! { Message, MessagePage, Sent, Marked }
read_words! { MessageKind }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_bounded_in_characters_and_in_bytes() {
        assert_eq!(check_body(" hi\r\n").unwrap(), "hi");
        assert!(check_body(" \n ").is_err());
        assert!(check_body(&"x".repeat(10_000)).is_ok());
        assert!(check_body(&"x".repeat(10_001)).is_err());
        assert!(check_body(&"😀".repeat(10_000)).is_ok());
        assert!(check_body(&"x".repeat(1_000_000)).is_err());
    }
}
