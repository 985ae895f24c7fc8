//! Received frames, parsed only as far as the scenarios count them: parsing all of each would take processor
//! time from the server.

use serde::Deserialize;
use stoa::shared::{
    ids::{MessageId, UserId},
    positions::{Seq, SyncSeq},
};

/// A frame from the server.
#[derive(Deserialize)]
pub struct ReceivedFrame<'t> {
    #[serde(rename = "type", borrow)]
    pub kind: std::borrow::Cow<'t, str>,
    pub id: Option<MessageId>,
    #[serde(default)]
    pub to: SyncSeq,
    #[serde(default)]
    messages: Vec<ReceivedThread>,
}

#[derive(Deserialize)]
struct ReceivedThread {
    messages: Vec<ReceivedMessage>,
}

#[derive(Deserialize)]
pub struct ReceivedMessage {
    pub id: MessageId,
    pub seq: Seq,
    sender: Option<UserId>,
}

impl ReceivedFrame<'_> {
    /// The messages of a change that other users sent.
    pub fn messages_of_others(&self, me: UserId) -> impl Iterator<Item = &ReceivedMessage> {
        let messages = self.messages.iter().flat_map(|thread| &thread.messages);
        messages.filter(move |message| message.sender != Some(me))
    }
}
