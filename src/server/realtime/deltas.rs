//! Frames of deltas, for clients that apply them by themselves. What is the same for all recipients is encoded once.

use axum::extract::ws::Message as Frame;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    server::store::{
        messages::new_message::{FirstHash, hash_of},
        sync::updates::{Append, Delta},
    },
    shared::{
        ids::{MessageId, UserId},
        messages::MessageKind,
        positions::SyncSeq,
        sync::{
            deltas::StoredDelta,
            wire::{ToClient, ToServer},
        },
    },
};

/// Messages whose answers are awaited at the same time. Older ones are answered by acks.
const AWAITED_MAX: usize = 64;

/// Messages that the socket's client has sent and that have no answer. Where the text is stored as it was sent, and
/// nothing is attached, the delta is the answer, without the text.
#[derive(Default)]
pub struct AwaitedMessages {
    sent: Vec<(MessageId, FirstHash)>,
    /// Those whose delta was sent as their answer. Their acks are left out.
    answered: Vec<MessageId>,
}

impl AwaitedMessages {
    pub fn expect(&mut self, command: &ToServer) {
        if let ToServer::SendMessage { id, body, attached, .. } = command
            && attached.is_empty()
        {
            if self.sent.len() >= AWAITED_MAX {
                self.sent.remove(0);
            }
            self.sent.push((*id, hash_of(MessageKind::Text, body)));
        }
    }

    pub fn has(&self, id: MessageId) -> bool {
        self.sent.iter().any(|(sent, _)| *sent == id)
    }

    /// Takes an answer to the message. True if its delta was sent as the answer already.
    pub fn take_answer(&mut self, id: MessageId) -> bool {
        if let Some(at) = self.answered.iter().position(|answered| *answered == id) {
            self.answered.remove(at);
            return true;
        }
        if let Some(at) = self.sent.iter().position(|(sent, _)| *sent == id) {
            self.sent.remove(at);
        }
        false
    }

    /// Whether this message was sent by the socket's client with this very text. It counts as answered then.
    fn answer(&mut self, append: &Append) -> bool {
        let message = &append.message;
        let Some(at) = self.sent.iter().position(|(sent, _)| *sent == message.id) else { return false };
        if self.sent[at].1 != hash_of(message.kind, &message.body) {
            return false;
        }
        self.sent.remove(at);
        if self.answered.len() >= AWAITED_MAX {
            self.answered.remove(0);
        }
        self.answered.push(message.id);
        true
    }
}

/// [`MessageDelta`](crate::shared::sync::deltas::MessageDelta) as a frame, with what is encoded already.
#[derive(Serialize)]
struct MessageFrame<'d> {
    r#type: &'static str,
    head: SyncSeq,
    unread: i64,
    is_muted: bool,
    message: &'d RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'d RawValue>,
}

/// The frame of a delta for a user whose sync position is `head` after it. None if it can't be encoded or is not for
/// this user.
pub fn encode(delta: &Delta, user: UserId, head: SyncSeq, awaited: &mut AwaitedMessages) -> Option<Frame> {
    let text = match delta {
        Delta::Receipt(receipt) => serde_json::to_string(&ToClient::Receipt(receipt.delta(user, head))),
        Delta::Append(append) => {
            let recipient = append.recipients.iter().find(|recipient| recipient.user == user)?;
            let (message, unread, is_muted) = (&append.message, recipient.unread, recipient.is_muted);
            if message.sender == Some(user) && awaited.answer(append) {
                let stored = StoredDelta {
                    id: message.id,
                    head,
                    seq: message.seq,
                    version: message.version,
                    created_at: message.created_at,
                    unread,
                    is_muted,
                };
                serde_json::to_string(&ToClient::Stored(stored))
            } else {
                let encoded = append.encoded().ok()?;
                serde_json::to_string(&MessageFrame {
                    r#type: "message",
                    head,
                    unread,
                    is_muted,
                    message: &encoded.message,
                    sender: encoded.sender.as_deref(),
                })
            }
        }
    };
    Some(Frame::Text(text.ok()?.into()))
}
