//! Thread: the client's state of one conversation's messages. It holds the newest messages without gaps,
//! pages of older messages that were fetched for reading, and the receipts of the other participants.

pub mod apply;
pub mod cache;
pub mod delivery;
#[cfg(test)]
mod fixtures;
pub mod read_spans;
pub mod rows;

use std::collections::BTreeMap;

use super::pages::MessagePage;
use crate::shared::{
    conversations::participant::Participant,
    ids::{ConversationId, MessageId},
    messages::Message,
    positions::{Seq, Version},
};
use read_spans::ReadSpans;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub conversation: ConversationId,
    pub version: Version,
    /// Loaded messages by `seq`: the newest without gaps, and pages of older ones with gaps between them.
    messages: BTreeMap<Seq, Message>,
    read_spans: ReadSpans,
    /// The other participants.
    people: Vec<Participant>,
    first_seq: Seq,
    last_seq: Seq,
    /// An update could not be applied. The client must fetch by version, or the newest page.
    is_stale: bool,
}

impl Thread {
    pub fn from_page(page: MessagePage) -> Self {
        Self {
            conversation: page.conversation.id,
            version: page.conversation.version,
            first_seq: page.conversation.first_seq(),
            last_seq: page.conversation.last_seq,
            read_spans: ReadSpans::from_page(&page),
            messages: page.messages.into_iter().map(|message| (message.seq, message)).collect(),
            people: page.conversation.people,
            is_stale: false,
        }
    }

    /// The newest loaded message.
    pub fn last(&self) -> Option<&Message> {
        self.messages.values().next_back()
    }

    pub fn contains(&self, id: MessageId) -> bool {
        self.get(id).is_some()
    }

    /// The loaded message with this id. Linear search from the newest.
    pub fn get(&self, id: MessageId) -> Option<&Message> {
        self.messages.values().rev().find(|message| message.id == id)
    }

    /// All loaded messages, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    /// The message with this sequence number, if it is loaded.
    pub fn at(&self, seq: Seq) -> Option<&Message> {
        self.messages.get(&seq)
    }

    /// Whether an update could not be applied, so that the thread must be fetched.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The first message that exists and that the viewer may see.
    pub fn first_seq(&self) -> Seq {
        self.first_seq
    }

    /// The last message of the conversation, loaded or not.
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }
}
