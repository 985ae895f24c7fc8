//! The frames of the socket at `/ws`, as JSON texts. What they mean is in docs/protocol.md.

use serde::{Deserialize, Serialize};

use super::changes::{Change, OpenThread};
use crate::shared::positions::SyncSeq;
use crate::shared::positions::{Seq, Version};
use crate::shared::{
    errors::ApiError,
    ids::{ConversationId, MessageId, UserId},
    json::{FromJson, Json, Wrong, read_by_serde},
    messages::Message,
    users::presence::Presence,
};

/// The version of these frames. A client that is older than the server can serve is told to reload.
pub const PROTOCOL: u32 = 1;
/// Bytes of one frame in either direction: the longest message, escaped, fits.
pub const FRAME_MAX_BYTES: usize = 128 * 1024;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToServer {
    /// The first frame: from where news is wanted.
    Hello {
        epoch: String,
        head: SyncSeq,
        protocol: u32,
    },
    /// A conversation is on screen: its messages come along, and who of the others is online.
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
    /// Everything up to this head has been applied.
    Delivered {
        head: SyncSeq,
    },
    MarkRead {
        conversation: ConversationId,
        upto_seq: Seq,
    },
    Ping,
    /// A frame that this version doesn't know yet.
    #[serde(other)]
    Unknown,
}

impl ToServer {
    /// The message that this is about.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::SendMessage { id, .. } | Self::EditMessage { id, .. } | Self::DeleteMessage { id, .. } => {
                Some(*id)
            }
            _ => None,
        }
    }
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToClient {
    /// The answer to `hello`; what was missed follows as changes.
    Welcome {
        user: UserId,
        epoch: String,
        head: SyncSeq,
        /// The build of the site that this server has: a page of another one should be loaded anew.
        site: String,
    },
    Change(Change),
    /// A message as it is stored; the answer to sending, editing and deleting.
    Ack {
        id: MessageId,
        message: Message,
    },
    /// A frame was refused. `id` names the message that it was about, if any.
    Refused {
        id: Option<MessageId>,
        error: ApiError,
    },
    Typing {
        conversation: ConversationId,
        user: UserId,
        is_typing: bool,
    },
    /// Somebody whom I talk with came or went; or the answer to joining a conversation.
    Presence(Presence),
    /// The answer to a ping, with my head: a client that is behind asks for what it missed.
    Pong {
        head: SyncSeq,
    },
    /// This cursor is of another history: drop everything but what is unsent and load again.
    Reset {
        epoch: String,
        head: SyncSeq,
    },
    /// This client is too old: reload the page at a quiet moment.
    Reload,
    /// To operators, at most once a second: there may be something new at the desk.
    Desk,
    Unknown,
}

impl FromJson for ToClient {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
        Ok(match json.take::<String>("type")?.as_str() {
            "welcome" => Self::Welcome {
                user: json.take("user")?,
                epoch: json.take("epoch")?,
                head: json.take("head")?,
                site: json.take("site")?,
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
            "desk" => Self::Desk,
            _ => Self::Unknown,
        })
    }
}

read_by_serde! { ToClient }

/// Why the server closed a socket, beyond the standard codes.
pub mod close {
    /// The server is stopping: connect again.
    pub const GOING_AWAY: u16 = 1001;
    /// The session has ended.
    pub const SIGNED_OUT: u16 = 4401;
    /// No `hello` came, or nothing for too long.
    pub const TIMED_OUT: u16 = 4408;
    /// This user has opened too many others since.
    pub const TOO_MANY: u16 = 4429;

    /// The same in words, for who reads a log.
    pub fn reason(code: u16) -> &'static str {
        match code {
            GOING_AWAY => "stopping",
            SIGNED_OUT => "signed out",
            TIMED_OUT => "silent",
            TOO_MANY => "too many sockets",
            _ => "",
        }
    }
}
