//! Inbound frames: decoding of what a client sends.

use axum::extract::ws::Message as Frame;
use futures::StreamExt;

use super::Stream;
use crate::{
    server::faults,
    shared::{conversations::rooms::MENTION_PREFIX, sync::wire::ToServer},
};

pub(super) enum Inbound {
    Command(ToServer),
    /// A ping or pong of the WebSocket protocol, which only shows that the client is alive.
    KeepAlive,
}

impl Inbound {
    /// Whether this is a message that is stored without a read before it, since it mentions nobody.
    pub fn is_plain_send(&self) -> bool {
        matches!(self, Self::Command(ToServer::SendMessage { body, .. }) if !body.contains(MENTION_PREFIX))
    }
}

/// Receives the next frame. An unreadable one is `Unknown`. None at the end of the stream.
pub(super) async fn next(stream: &mut Stream) -> Option<Inbound> {
    Some(match stream.next().await?.ok()? {
        Frame::Text(text) => {
            faults::die("die_before_parse");
            Inbound::Command(serde_json::from_str(&text).unwrap_or(ToServer::Unknown))
        }
        Frame::Binary(_) => Inbound::Command(ToServer::Unknown),
        Frame::Close(_) => return None,
        Frame::Ping(_) | Frame::Pong(_) => Inbound::KeepAlive,
    })
}
