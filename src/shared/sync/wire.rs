//! Frames of the WebSocket at `/ws`, as JSON texts. docs/protocol.md describes them.

use serde::{Deserialize, Serialize};

use super::{
    changes::{Change, OpenThread},
    deltas::{MessageDelta, ReceiptDelta, StoredDelta},
};
use crate::shared::{
    errors::ApiError,
    ids::{ConversationId, MessageId, UserId},
    json::{FromJson, Json, JsonError, Unread, read_by_serde},
    messages::{Message, attached::NewAttached},
    positions::{Seq, SyncSeq, Version},
    users::presence::Presence,
    values::time::Timestamp,
};

/// The path of the socket.
pub const SOCKET_PATH: &str = "/ws";
/// The version of the protocol.
pub const PROTOCOL: u32 = 2;
/// The oldest version that the server speaks. It sends `reload` to clients that are older.
pub const PROTOCOL_MIN: u32 = 1;
/// From this version on the client applies deltas to its own copies of summaries. An older one gets changes only.
pub const PROTOCOL_WITH_DELTAS: u32 = 2;
/// Longest frame in either direction, in bytes. The longest message fits, also when JSON escapes its
/// characters.
pub const FRAME_MAX_BYTES: usize = 128 * 1024;

/// A frame from client to server.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = ClientFrame))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToServer {
    /// The first frame, within 10 s: the client's epoch and cursor.
    Hello {
        /// Of the page that the cursor came with. Empty if there is none yet: the answer is `reset`.
        epoch: String,
        head: SyncSeq,
        protocol: u32,
    },
    /// The client opened a conversation. It gets the conversation's messages and the presence of its
    /// participants.
    JoinConversation(OpenThread),
    /// The conversation is no longer open.
    LeaveConversation { conversation: ConversationId },
    /// Stores a message. Repeated with the same id, body and attachments it gives the first answer again.
    SendMessage {
        /// Made by the client: a UUID of version 7.
        id: MessageId,
        conversation: ConversationId,
        /// At most 40,000 bytes of UTF-8; no control characters but tab and new line.
        #[cfg_attr(feature = "ssr", schema(max_length = 10_000))]
        body: String,
        /// What it refers to, and its files. A message with files may have an empty body; another may not.
        #[serde(default, skip_serializing_if = "Unread::is_empty")]
        #[cfg_attr(feature = "ssr", schema(value_type = NewAttached))]
        attached: Unread<NewAttached>,
    },
    /// Changes the text of one of my messages, within 15 minutes.
    EditMessage {
        id: MessageId,
        /// The version that I saw; one that has changed since is not overwritten.
        seen_version: Version,
        /// As of a new message.
        #[cfg_attr(feature = "ssr", schema(min_length = 1, max_length = 10_000))]
        body: String,
    },
    /// Empties one of my messages, within 24 hours; its place stays.
    DeleteMessage {
        id: MessageId,
        /// The version that I saw; one that has changed since is not deleted.
        seen_version: Version,
    },
    /// I began or stopped typing.
    Typing { conversation: ConversationId, is_typing: bool },
    /// The client has applied all changes up to this sync position.
    Delivered { head: SyncSeq },
    /// Everything up to this message was on screen.
    MarkRead { conversation: ConversationId, upto_seq: Seq },
    /// The heartbeat.
    Ping,
    /// A frame that this version doesn't know.
    #[serde(other)]
    Unknown,
}

/// A frame from server to client.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = ServerFrame))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToClient {
    /// The answer to `hello`. The changes after the client's cursor follow.
    Welcome {
        user: UserId,
        epoch: String,
        head: SyncSeq,
        /// The server's build of the site. A page of another build should be reloaded.
        site: String,
        /// The server's time. An older server sends none.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ssr", schema(nullable = false))]
        now: Option<Timestamp>,
    },
    /// Everything that changed for me since the previous change.
    Change(Change),
    /// A new message, in place of a change (protocol 2).
    Message(Box<MessageDelta>),
    /// The ack of a message that this socket sent, and its change as well (protocol 2).
    Stored(StoredDelta),
    /// A participant's new delivered or read position, in place of a change (protocol 2).
    Receipt(ReceiptDelta),
    /// The answer to sending, editing and deleting: the message as it is stored.
    Ack { id: MessageId, message: Message },
    /// A frame was refused. What it said of itself comes back, as far as it could be read.
    Refused {
        /// Its `type`.
        frame: Option<String>,
        /// Its `id`: that of a message.
        id: Option<String>,
        /// Its `conversation`.
        conversation: Option<String>,
        error: ApiError,
    },
    /// Another participant began or stopped typing.
    Typing { conversation: ConversationId, user: UserId, is_typing: bool },
    /// The presence of a user who shares a conversation with me: on a change, and in answer to joining a
    /// conversation.
    Presence(Presence),
    /// The answer to a ping, with my sync position. A client that is behind polls for the missing changes.
    Pong { head: SyncSeq },
    /// The client's cursor belongs to another epoch: it drops all state except unsent messages and loads
    /// again.
    Reset { epoch: String, head: SyncSeq },
    /// The client is too old: it reloads the page as soon as that does not disturb the user.
    Reload,
    /// A wake-up for operators, at most once a second: the order board may have changed.
    Desk {
        /// The number of orders with messages that no operator has read.
        unread: Option<i64>,
    },
    /// A frame that this version doesn't know.
    Unknown,
}

impl FromJson for ToClient {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        Ok(match json.take::<String>("type")?.as_str() {
            "welcome" => Self::Welcome {
                user: json.take("user")?,
                epoch: json.take("epoch")?,
                head: json.take("head")?,
                site: json.take("site")?,
                now: json.take("now")?,
            },
            "change" => Self::Change(Change::from_json(json)?),
            "message" => Self::Message(FromJson::from_json(json)?),
            "stored" => Self::Stored(StoredDelta::from_json(json)?),
            "receipt" => Self::Receipt(ReceiptDelta::from_json(json)?),
            "ack" => Self::Ack { id: json.take("id")?, message: json.take("message")? },
            "refused" => Self::Refused {
                frame: json.take("frame")?,
                id: json.take("id")?,
                conversation: json.take("conversation")?,
                error: json.take("error")?,
            },
            "typing" => Self::Typing {
                conversation: json.take("conversation")?,
                user: json.take("user")?,
                is_typing: json.take("is_typing")?,
            },
            "presence" => Self::Presence(Presence::from_json(json)?),
            "pong" => Self::Pong { head: json.take("head")? },
            "reset" => Self::Reset { epoch: json.take("epoch")?, head: json.take("head")? },
            "reload" => Self::Reload,
            "desk" => Self::Desk { unread: json.take("unread")? },
            _ => Self::Unknown,
        })
    }
}

read_by_serde! { ToClient }

/// Close codes of the socket.
pub mod close {
    /// The server is stopping. The client reconnects.
    pub const GOING_AWAY: u16 = 1001;
    /// The client broke the WebSocket protocol.
    pub const BROKEN: u16 = 1002;
    /// A text was no UTF-8.
    pub const NO_TEXT: u16 = 1007;
    /// A frame was longer than [`super::FRAME_MAX_BYTES`].
    pub const TOO_LARGE: u16 = 1009;
    /// The first frame was no `hello` that could be read.
    pub const NO_HELLO: u16 = 4400;
    /// The session has ended.
    pub const SIGNED_OUT: u16 = 4401;
    /// The account is suspended.
    pub const SUSPENDED: u16 = 4403;
    /// The client sent no `hello` in time, or nothing for too long.
    pub const TIMED_OUT: u16 = 4408;
    /// The client speaks a version of the protocol that is too old.
    pub const TOO_OLD: u16 = 4426;
    /// The user has opened too many newer sockets.
    pub const TOO_MANY: u16 = 4429;

    /// The reason in words, for logs.
    pub fn reason(code: u16) -> &'static str {
        match code {
            GOING_AWAY => "stopping",
            BROKEN => "protocol error",
            NO_TEXT => "not UTF-8",
            TOO_LARGE => "frame too large",
            NO_HELLO => "no hello",
            SIGNED_OUT => "signed out",
            SUSPENDED => "suspended",
            TIMED_OUT => "silent",
            TOO_OLD => "too old",
            TOO_MANY => "too many sockets",
            _ => "",
        }
    }
}
