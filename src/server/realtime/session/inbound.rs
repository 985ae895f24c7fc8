//! Inbound frames: decoding of what a client sends. A frame that can't be decoded keeps what identifies it, so
//! that its refusal reaches whoever waits for an answer.

use axum::extract::ws::{Message as Frame, Utf8Bytes};
use serde::Deserialize;
use serde_json::Value;
use tungstenite::Error;

use crate::{
    server::{faults, realtime::writer::Received},
    shared::{
        conversations::rooms::MENTION_PREFIX,
        errors::{ApiError, ErrorCode},
        ids::MessageId,
        sync::{
            changes::OpenThread,
            wire::{ToClient, ToServer, close},
        },
    },
};

/// What identifies a frame is sent back up to this length.
const IDENTITY_MAX_CHARS: usize = 64;

pub(super) enum Inbound {
    Command(ToServer),
    /// A frame that can't be decoded, and why.
    Unreadable(Identity, ApiError),
    /// A ping or pong of the WebSocket protocol, which only shows that the client is alive.
    KeepAlive,
}

impl Inbound {
    /// Whether it needs to wait for none before it, nor those after it for this one: a message that is stored without
    /// a read before it, since it mentions nobody, and a delivery report, which has no answer.
    pub fn is_pipelined(&self) -> bool {
        match self {
            Self::Command(ToServer::SendMessage { body, .. }) => !body.contains(MENTION_PREFIX),
            Self::Command(ToServer::Delivered { .. }) => true,
            _ => false,
        }
    }

    pub fn identity(&self) -> Identity {
        match self {
            Self::Command(command) => Identity::of(command),
            Self::Unreadable(identity, _) => identity.clone(),
            Self::KeepAlive => Identity::default(),
        }
    }
}

/// Why the session ends.
pub(super) enum End {
    /// The client closed the socket, or its connection is gone.
    Closed,
    /// The socket is closed with this code: the client sent what no frame may be, or the server wants it.
    Code(u16),
}

/// Decodes what was received.
pub(super) fn read(received: Received) -> Result<Inbound, End> {
    Ok(match received.ok_or(End::Closed)?.map_err(end)? {
        Frame::Text(text) => {
            faults::die("die_before_parse");
            decode(&text)
        }
        Frame::Binary(_) => Inbound::Unreadable(
            Identity::default(),
            ApiError::new(ErrorCode::Invalid, "We can’t read this frame: send JSON as text."),
        ),
        Frame::Close(_) => return Err(End::Closed),
        Frame::Ping(_) | Frame::Pong(_) => Inbound::KeepAlive,
    })
}

fn decode(text: &Utf8Bytes) -> Inbound {
    let unreadable = |error: &dyn Fn(&Identity) -> ApiError| {
        let identity = Identity::read(text);
        let error = error(&identity);
        Inbound::Unreadable(identity, error)
    };
    match serde_json::from_str(text) {
        Ok(ToServer::Unknown) => unreadable(&|identity| {
            let name = identity.frame.as_deref().unwrap_or_default();
            ApiError::invalid("type", format!("We don’t know the frame “{name}”."))
        }),
        Ok(command) => Inbound::Command(command),
        Err(error) => unreadable(&|_| ApiError::unreadable("frame", &error.to_string())),
    }
}

fn end(error: axum::Error) -> End {
    let Ok(error) = error.into_inner().downcast::<Error>() else { return End::Closed };
    match *error {
        Error::Capacity(_) => End::Code(close::TOO_LARGE),
        Error::Utf8(_) => End::Code(close::NO_TEXT),
        Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => End::Closed,
        Error::Protocol(_) => End::Code(close::BROKEN),
        _ => End::Closed,
    }
}

/// What identifies a frame to its sender: the type, and the message or conversation that it names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Identity {
    frame: Option<String>,
    id: Option<String>,
    conversation: Option<String>,
}

/// The fields that identify a frame. All others are skipped unread, so that they may hold anything.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    r#type: Value,
    id: Value,
    conversation: Value,
}

impl Identity {
    pub fn of(command: &ToServer) -> Self {
        let (frame, id, conversation) = match command {
            ToServer::Hello { .. } => ("hello", None, None),
            ToServer::JoinConversation(OpenThread { conversation, .. }) => {
                ("join_conversation", None, Some(*conversation))
            }
            ToServer::LeaveConversation { conversation } => ("leave_conversation", None, Some(*conversation)),
            ToServer::SendMessage { id, conversation, .. } => {
                ("send_message", Some(*id), Some(*conversation))
            }
            ToServer::EditMessage { id, .. } => ("edit_message", Some(*id), None),
            ToServer::DeleteMessage { id, .. } => ("delete_message", Some(*id), None),
            ToServer::Typing { conversation, .. } => ("typing", None, Some(*conversation)),
            ToServer::Delivered { .. } => ("delivered", None, None),
            ToServer::MarkRead { conversation, .. } => ("mark_read", None, Some(*conversation)),
            ToServer::Ping => ("ping", None, None),
            ToServer::Unknown => return Self::default(),
        };
        Self {
            frame: Some(frame.to_owned()),
            id: id.map(|id| id.to_string()),
            conversation: conversation.map(|conversation| conversation.to_string()),
        }
    }

    /// As far as the frame can be read. An id is written as the server writes ids.
    fn read(text: &str) -> Self {
        let Named { r#type, id, conversation } = serde_json::from_str(text).unwrap_or_default();
        let name = |value: Value| value.as_str().map(|text| text.chars().take(IDENTITY_MAX_CHARS).collect());
        let id_text = |value: Value| {
            let text: Option<String> = name(value);
            text.map(|text| text.parse::<MessageId>().map_or(text, |id| id.to_string()))
        };
        Self { frame: name(r#type), id: id_text(id), conversation: id_text(conversation) }
    }

    pub fn refused(self, error: ApiError) -> ToClient {
        let Self { frame, id, conversation } = self;
        ToClient::Refused { frame, id, conversation, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a20135-31e4-7709-ba2b-2991a4f721c5";

    fn unreadable(text: &str) -> (Option<String>, Option<String>, Option<String>, String) {
        let Inbound::Unreadable(Identity { frame, id, conversation }, error) = decode(&text.into()) else {
            panic!("{text} was read");
        };
        (frame, id, conversation, error.message)
    }

    #[test]
    fn b31_a_frame_that_can_not_be_read_keeps_what_identifies_it() {
        let (send, id) = (Some("send_message".to_owned()), Some(ID.to_owned()));
        for body in [r#""hi \ud83d""#, r#""\udc00""#, "5", "null", r#"{"a":[1]}"#] {
            let text =
                format!(r#"{{"body":{body},"type":"send_message","id":"{ID}","conversation":"{ID}"}}"#);
            let (frame, named, conversation, _) = unreadable(&text);
            assert_eq!((frame, named, conversation), (send.clone(), id.clone(), id.clone()), "{body}");
        }
        let upper = format!(r#"{{"type":"send_message","id":"{}"}}"#, ID.to_uppercase());
        assert_eq!(unreadable(&upper).1, id, "as acks name it");
        let (frame, id, conversation, _) =
            unreadable(r#"{"type":"join_conversation","id":7,"conversation":"my room","version":0}"#);
        assert_eq!(
            (frame.as_deref(), id, conversation.as_deref()),
            (Some("join_conversation"), None, Some("my room"))
        );
        let long = format!(r#"{{"type":"send_message","id":"{}"}}"#, "é".repeat(9_000));
        assert_eq!(unreadable(&long).1.unwrap().chars().count(), IDENTITY_MAX_CHARS);
        for text in
            ["", "{", "[]", "7", r#"{"id":"a","id":"b"}"#, &format!(r#"{{"id":{}"#, "[".repeat(50_000))]
        {
            let (frame, id, conversation, _) = unreadable(text);
            assert_eq!((frame, id, conversation), (None, None, None), "{text:.40}");
        }
    }

    #[test]
    fn b31_the_reason_is_one_that_the_sender_can_mend() {
        let half =
            format!(r#"{{"type":"send_message","id":"{ID}","conversation":"{ID}","body":"hi \ud83d"}}"#);
        assert!(unreadable(&half).3.contains("surrogate pair"), "{}", unreadable(&half).3);
        let number = half.replace(r#""hi \ud83d""#, "5");
        assert!(unreadable(&number).3.contains("expected a string"), "{}", unreadable(&number).3);
        assert!(unreadable(r#"{"type":"fly"}"#).3.contains("“fly”"));
    }
}
