//! Lines that are stored together: users, listings and orders, or conversations with their messages.

use super::super::lines::{ExternalConversation, ExternalMessage, Line, LineBody, LineKind};
use crate::shared::errors::ApiError;

/// Lines of one transaction.
const LINES_MAX: usize = 500;
/// Bytes of texts of one transaction, beyond which it takes no more lines.
const BYTES_MAX: usize = 1024 * 1024;

#[derive(Default)]
pub(super) struct Batch {
    pub things: Vec<(u64, Line)>,
    pub talks: Vec<Talk>,
    count: usize,
    bytes: usize,
}

/// A conversation, and those of its messages that are in the batch.
pub(super) struct Talk {
    /// The number of its line. `None`: the line was in the batch before.
    pub number: Option<u64>,
    pub id: String,
    pub conversation: ExternalConversation,
    pub messages: Vec<(u64, String, ExternalMessage)>,
}

impl Talk {
    /// For the messages of the next batch.
    pub fn going_on(&self) -> Self {
        let (id, conversation) = (self.id.clone(), self.conversation.clone());
        Self { number: None, id, conversation, messages: Vec::new() }
    }
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn is_full(&self) -> bool {
        self.count >= LINES_MAX || self.bytes >= BYTES_MAX
    }

    pub fn is_of_another_kind(&self, line: &Line) -> bool {
        let is_of_talk = matches!(line.body, LineBody::Conversation(_) | LineBody::Message(_));
        !self.is_empty() && is_of_talk != self.things.is_empty()
    }

    /// Takes a line. Refused is a message whose conversation is not before it: given back is its id.
    pub fn push(&mut self, number: u64, line: Line) -> Option<(String, ApiError)> {
        let Line { id, body } = line;
        match body {
            LineBody::Conversation(conversation) => {
                let messages = Vec::new();
                self.talks.push(Talk { number: Some(number), id, conversation, messages });
            }
            LineBody::Message(message) => match self.talks.last_mut() {
                Some(talk) if talk.id == message.conversation => {
                    self.bytes += message.text.len();
                    talk.messages.push((number, id, message));
                }
                _ => return Some((id, without_conversation())),
            },
            body => self.things.push((number, Line { id, body })),
        }
        self.count += 1;
        None
    }

    /// The number, kind and id of each line.
    pub fn lines(&self) -> impl Iterator<Item = (u64, LineKind, &str)> {
        let things = self.things.iter().map(|(number, line)| (*number, line.kind(), line.id.as_str()));
        let talks = self.talks.iter().flat_map(|talk| {
            let head = talk.number.map(|number| (number, LineKind::Conversation, talk.id.as_str()));
            let messages =
                talk.messages.iter().map(|(number, id, _)| (*number, LineKind::Message, id.as_str()));
            head.into_iter().chain(messages)
        });
        things.chain(talks)
    }
}

fn without_conversation() -> ApiError {
    let message = "The line of its conversation is not among these. A message comes with it.";
    ApiError { field: Some("conversation".to_owned()), ..ApiError::conflict(message) }
}
