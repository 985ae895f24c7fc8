//! Changing and deleting a message of one's own.

use leptos::prelude::*;

use crate::browser::{Live, environment};
use crate::shared::positions::{Seq, Version};
use crate::{
    api::messages::{delete_message, edit_message},
    shared::{
        errors::Result,
        ids::{ConversationId, MessageId},
        messages::{DELETE_WITHIN, EDIT_WITHIN, Message, MessageKind},
    },
};

/// A message as its author saw it when he set out to change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: MessageId,
    pub version: Version,
    pub body: String,
    /// It is young enough to be changed, not only deleted.
    pub can_edit: bool,
}

impl Live {
    /// One of my messages, if it can still be changed or deleted.
    pub fn changeable(self, conversation: ConversationId, id: MessageId) -> Option<Seen> {
        self.thread(conversation)
            .with_untracked(|slot| slot.thread().and_then(|thread| self.seen(thread.get(id)?)))
    }

    /// Whether this is one of my messages that can still be changed or deleted.
    pub fn can_change(self, conversation: ConversationId, seq: Seq) -> bool {
        self.thread(conversation).with_untracked(|slot| {
            slot.thread().and_then(|thread| thread.at(seq)).is_some_and(|message| self.is_changeable(message))
        })
    }

    /// My last message that can still be changed.
    pub fn last_editable(self, conversation: ConversationId) -> Option<Seen> {
        self.thread(conversation)
            .with_untracked(|slot| {
                let tail = slot.thread()?.tail();
                let mine = tail.into_iter().rev().find(|message| self.is_mine(message))?;
                self.seen(mine)
            })
            .filter(|seen| seen.can_edit)
    }

    /// Gives the message another text, unless it has changed since it was seen.
    pub async fn edit(self, seen: Seen, body: String) -> Result<()> {
        self.confirmed(edit_message(seen.id, seen.version, body).await?.message);
        Ok(())
    }

    /// Empties the message, for everybody.
    pub async fn delete(self, seen: Seen) -> Result<()> {
        self.confirmed(delete_message(seen.id, seen.version).await?.message);
        Ok(())
    }

    fn seen(self, message: &Message) -> Option<Seen> {
        self.is_changeable(message).then(|| Seen {
            id: message.id,
            version: message.version,
            body: message.body.clone(),
            can_edit: age(message) < EDIT_WITHIN,
        })
    }

    fn is_changeable(self, message: &Message) -> bool {
        let is_there = message.kind == MessageKind::Text && message.deleted_at.is_none();
        self.is_mine(message) && is_there && age(message) < DELETE_WITHIN
    }

    fn is_mine(self, message: &Message) -> bool {
        message.sender.is_some() && message.sender == self.viewer
    }
}

/// In microseconds.
fn age(message: &Message) -> i64 {
    environment::now().0 - message.created_at.0
}
