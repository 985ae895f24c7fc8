//! What a client has, as far as its pump knows: enough to tell it of a message that follows on that
//! without reading the database.

use crate::{
    server::store::news::Append,
    shared::{
        changes::{Change, Head, OpenThread, ThreadNews},
        conversations::{Conversation, ConversationNews},
        ids::{ConversationId, UserId},
    },
};

/// Conversations that one socket has on screen; with more the first one is no longer followed.
const OPEN_MAX: usize = 8;
/// Summaries that are held, the last ones that were sent.
const SUMMARIES_MAX: usize = 8;

pub struct Known {
    /// Everything up to here has been sent.
    pub cursor: Head,
    /// My unread messages at the cursor; nothing while later news has been seen already.
    unread: Option<i64>,
    /// As of the cursor: whatever changes one of them raises the head.
    summaries: Vec<Conversation>,
    open: Vec<OpenThread>,
}

/// How a message stands to what is known.
#[derive(Debug, PartialEq, Eq)]
pub enum Follows {
    /// It is part of it.
    Known,
    /// It comes next, and this is what it changes.
    Next(Change),
    /// Something before it is missing.
    Apart,
}

impl Known {
    pub fn at(cursor: Head) -> Self {
        Self { cursor, unread: None, summaries: Vec::new(), open: Vec::new() }
    }

    pub fn on_screen(&self) -> &[OpenThread] {
        &self.open
    }

    pub fn open(&mut self, open: OpenThread) {
        self.close(open.conversation);
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        self.open.push(open);
    }

    pub fn close(&mut self, conversation: ConversationId) {
        self.open.retain(|held| held.conversation != conversation);
    }

    /// Takes in what was read from the cursor on; `more` if it is not all that there was.
    pub fn apply(&mut self, change: &Change, more: bool) {
        self.cursor = change.to;
        self.unread = (!more).then_some(change.unread);
        for news in &change.conversations {
            self.summaries.retain(|held| held.id != news.id());
            if let ConversationNews::Active(summary) = news {
                if self.summaries.len() >= SUMMARIES_MAX {
                    self.summaries.remove(0);
                }
                self.summaries.push((**summary).clone());
            }
        }
        for news in &change.messages {
            if let Some(open) = self.open.iter_mut().find(|open| open.conversation == news.conversation) {
                open.version = news.version;
            }
        }
    }

    /// Takes in a message, if everything before it is known.
    pub fn follow(&mut self, user: UserId, append: &Append) -> Follows {
        let Append { message, told } = append;
        let Some(told) = told.iter().find(|told| told.user == user) else { return Follows::Known };
        if told.head <= self.cursor {
            return Follows::Known;
        }
        let (Some(unread), true) = (self.unread, told.head == self.cursor + 1) else { return Follows::Apart };
        let Some(summary) = self.summaries.iter_mut().find(|held| held.id == message.conversation) else {
            return Follows::Apart;
        };
        let base = message.version - 1;
        let open = self.open.iter_mut().find(|open| open.conversation == message.conversation);
        if open.as_ref().is_some_and(|open| open.version < base) {
            return Follows::Apart;
        }
        let unread = if told.is_muted { unread } else { unread + told.unread - summary.unread };
        summary.extend(message, told.head, told.unread);
        let conversations = vec![ConversationNews::Active(Box::new(summary.clone()))];
        let messages = open.filter(|open| open.version == base).map(|open| {
            open.version = message.version;
            ThreadNews {
                conversation: message.conversation,
                base,
                version: message.version,
                messages: vec![message.clone()],
                is_reload: false,
            }
        });
        let change = Change {
            from: self.cursor,
            to: told.head,
            conversations,
            messages: messages.into_iter().collect(),
            unread,
        };
        self.cursor = told.head;
        self.unread = Some(unread);
        Follows::Next(change)
    }
}
