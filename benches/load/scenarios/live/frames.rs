//! Received frames, parsed only as far as the scenarios count them: parsing all of each would take processor
//! time from the server.

use std::borrow::Cow;

use serde::Deserialize;
use stoa::shared::{
    ids::{MessageId, UserId},
    positions::{Seq, SyncSeq},
};

/// A frame from the server.
#[derive(Deserialize)]
pub struct ReceivedFrame<'t> {
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'t, str>,
    pub id: Option<MessageId>,
    /// Of a change.
    #[serde(default)]
    to: SyncSeq,
    /// Of a delta.
    #[serde(default)]
    head: SyncSeq,
    #[serde(borrow, default)]
    messages: Vec<ReceivedThread<'t>>,
    #[serde(borrow)]
    message: Option<ReceivedMessage<'t>>,
}

#[derive(Deserialize)]
struct ReceivedThread<'t> {
    #[serde(borrow)]
    messages: Vec<ReceivedMessage<'t>>,
}

#[derive(Deserialize)]
pub struct ReceivedMessage<'t> {
    pub id: MessageId,
    pub seq: Seq,
    sender: Option<UserId>,
    #[serde(borrow)]
    pub body: Cow<'t, str>,
}

impl<'t> ReceivedFrame<'t> {
    /// The sync position that it brings.
    pub fn position(&self) -> SyncSeq {
        self.to.max(self.head)
    }

    /// The messages of an update that other users sent.
    pub fn messages_of_others(&self, me: UserId) -> impl Iterator<Item = &ReceivedMessage<'t>> {
        let messages = self.messages.iter().flat_map(|thread| &thread.messages).chain(&self.message);
        messages.filter(move |message| message.sender != Some(me))
    }
}
