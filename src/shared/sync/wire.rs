//! Frames of the WebSocket at `/ws`, as JSON texts. docs/protocol.md describes them.

use serde::{Deserialize, Serialize};

use super::changes::{Change, OpenThread};
use crate::shared::{
    errors::ApiError,
    ids::{ConversationId, MessageId, UserId},
    json::{FromJson, Json, JsonError, read_by_serde},
    messages::Message,
    positions::{Seq, SyncSeq, Version},
    users::presence::Presence,
    values::time::Timestamp,
};

/// The version of the protocol. The server sends `reload` to clients that are too old.
pub const PROTOCOL: u32 = 1;
/// Longest frame in either direction, in bytes. The longest message fits, also when JSON escapes its
/// characters.
pub const FRAME_MAX_BYTES: usize = 128 * 1024;

/// A frame from client to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToServer {
    /// The first frame: the client's epoch and cursor.
    Hello {
        epoch: String,
        head: SyncSeq,
        protocol: u32,
    },
    /// The client opened a conversation. It gets the conversation's messages and the presence of its
    /// participants.
    JoinConversation(OpenThread),
    LeaveConversation {
        conversation: ConversationId,
    },
    SendMessage {
        id: MessageId,
        conversation: ConversationId,
        body: String,
    },
    EditMessage {
        id: MessageId,
        seen_version: Version,
        body: String,
    },
    DeleteMessage {
        id: MessageId,
        seen_version: Version,
    },
    Typing {
        conversation: ConversationId,
        is_typing: bool,
    },
    /// The client has applied all changes up to this sync position.
    Delivered {
        head: SyncSeq,
    },
    MarkRead {
        conversation: ConversationId,
        upto_seq: Seq,
    },
    Ping,
    /// A frame that this version doesn't know.
    #[serde(other)]
    Unknown,
}

impl ToServer {
    /// The id of the message that the frame sends, edits or deletes.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::SendMessage { id, .. } | Self::EditMessage { id, .. } | Self::DeleteMessage { id, .. } => {
                Some(*id)
            }
            _ => None,
        }
    }
}

/// A frame from server to client.
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
        now: Option<Timestamp>,
    },
    Change(Change),
    /// The answer to sending, editing and deleting: the message as it is stored.
    Ack {
        id: MessageId,
        message: Message,
    },
    /// A frame was refused. `id` is the message of that frame, if it had one.
    Refused {
        id: Option<MessageId>,
        error: ApiError,
    },
    Typing {
        conversation: ConversationId,
        user: UserId,
        is_typing: bool,
    },
    /// The presence of a user who shares a conversation with me: on a change, and in answer to joining a
    /// conversation.
    Presence(Presence),
    /// The answer to a ping, with my sync position. A client that is behind polls for the missing changes.
    Pong {
        head: SyncSeq,
    },
    /// The client's cursor belongs to another epoch: it drops all state except unsent messages and loads
    /// again.
    Reset {
        epoch: String,
        head: SyncSeq,
    },
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
            "ack" => Self::Ack { id: json.take("id")?, message: json.take("message")? },
            "refused" => Self::Refused { id: json.take("id")?, error: json.take("error")? },
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
    /// The session has ended.
    pub const SIGNED_OUT: u16 = 4401;
    /// The account is suspended.
    pub const SUSPENDED: u16 = 4403;
    /// The client sent no `hello` in time, or nothing for too long.
    pub const TIMED_OUT: u16 = 4408;
    /// The user has opened too many newer sockets.
    pub const TOO_MANY: u16 = 4429;

    /// The reason in words, for logs.
    pub fn reason(code: u16) -> &'static str {
        match code {
            GOING_AWAY => "stopping",
            SIGNED_OUT => "signed out",
            SUSPENDED => "suspended",
            TIMED_OUT => "silent",
            TOO_MANY => "too many sockets",
            _ => "",
        }
    }
}
