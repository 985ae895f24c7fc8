//! Messages: their kinds, their content, and the ranges that clients fetch.

pub mod attached;
pub mod body;
pub mod files;
pub mod outbox;
pub mod preview;
pub mod reach;
pub mod reactions;
pub mod receipts;
pub mod search;

use attached::Attached;
use reactions::Reaction;
use serde::{Deserialize, Serialize};

use super::{
    ids::{ConversationId, MessageId, UserId},
    json::{Unread, read_by_serde, read_fields, read_unit_enums},
    positions::{Seq, Version},
    values::time::{HOUR, MINUTE, Timestamp},
};

/// How long after sending a message can be edited, in microseconds.
pub const EDIT_WINDOW: i64 = 15 * MINUTE;

/// How long after sending a message can be deleted, in microseconds.
pub const DELETE_WINDOW: i64 = 24 * HOUR;

/// Messages on one page by default.
pub const MESSAGES_PAGE: i64 = 50;

/// Most messages on one page.
pub const MESSAGES_PAGE_MAX: i64 = 200;

/// Most bytes of bodies on one page. A page holds at least one message, whatever its size.
pub const MESSAGES_PAGE_MAX_BYTES: usize = 48 * 1024;

/// Most messages that others reply to, in one request.
pub const QUOTED_MAX: usize = 100;

/// The kind of a message: a user's text or a system message.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Text,
    System,
    /// A kind that this version doesn't know.
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

/// A message. A deleted message stays as a tombstone with an empty body.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub seq: Seq,
    /// The conversation's version when this message last changed. Of two copies, the greater version is
    /// newer.
    pub version: Version,
    /// Absent for some system messages.
    pub sender: Option<UserId>,
    pub kind: MessageKind,
    /// Empty if the message is deleted.
    pub body: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Unread::is_empty")]
    #[cfg_attr(feature = "ssr", schema(value_type = Attached, required = false))]
    pub attached: Unread<Attached>,
    /// In the order in which their emoji were chosen first.
    #[serde(skip_serializing_if = "Unread::is_empty")]
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<Reaction>, required = false))]
    pub reactions: Unread<Vec<Reaction>>,
}

impl Message {
    /// What its sender wrote: without the text that stands in for files without words.
    pub fn words(&self) -> &str {
        if self.attached.is_empty() {
            return &self.body;
        }
        let attached = self.attached.read();
        let is_label = !attached.files.is_empty() && self.body == attached.label();
        if is_label { "" } else { &self.body }
    }

    /// A text that has just been stored.
    pub fn stored(
        id: MessageId,
        conversation: ConversationId,
        (seq, version): (Seq, Version),
        sender: UserId,
        body: String,
        created_at: Timestamp,
    ) -> Self {
        let (sender, kind) = (Some(sender), MessageKind::Text);
        Self {
            id,
            conversation,
            seq,
            version,
            sender,
            kind,
            body,
            created_at,
            edited_at: None,
            deleted_at: None,
            attached: Unread::default(),
            reactions: Unread::default(),
        }
    }
}

/// A range of a conversation's messages to fetch.
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
    /// The page around this message.
    AroundSeq(Seq),
}

/// The answer to a send, and to each repeat of it: the message as it is stored.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = Sent))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendOutcome {
    pub message: Message,
}

read_fields! {
    Message { id, conversation, seq, version, sender, kind, body, created_at, edited_at, deleted_at, attached, reactions }
    SendOutcome { message }
}

read_by_serde! { Message, SendOutcome }

read_unit_enums! { MessageKind }
