//! Editing and deleting the viewer's own messages, with optimistic concurrency by version.

use leptos::prelude::*;

use crate::browser::{Live, environment::WebStorage};
use crate::shared::positions::Version;
use crate::{
    api::messages::{delete_message, edit_message},
    shared::{
        errors::Result,
        ids::{ConversationId, MessageId},
        messages::{DELETE_WINDOW, EDIT_WINDOW, Message, MessageKind},
        words,
    },
};

/// A message as its author saw it when they began to change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeableMessage {
    pub id: MessageId,
    pub version: Version,
    pub body: String,
    /// Still within the time for edits, not only for deletion.
    pub can_edit: bool,
}

/// Prefix of the keys of edited texts in sessionStorage: of each edit that was left for another one.
pub(crate) const EDITED_TEXTS_PREFIX: &str = "stoa-edit-";

impl ChangeableMessage {
    /// Names the version too: a text that was written for an older one must not replace what came since.
    fn storage_key(&self) -> String {
        format!("{EDITED_TEXTS_PREFIX}{}-{}", self.id, self.version)
    }

    /// What [`Live::edits`] keeps of an edit, before its text.
    fn mark(&self) -> String {
        format!("{} {} ", self.id, self.version)
    }
}

/// The text of an edit that [`Live::edits`] keeps.
pub fn kept_text(kept: &str) -> &str {
    kept.splitn(3, ' ').nth(2).unwrap_or_default()
}

impl Live {
    /// Keeps the text of an unfinished edit.
    pub fn save_edit(self, id: ConversationId, message: &ChangeableMessage, text: &str) {
        WebStorage::Session.write(&message.storage_key(), text);
        self.edits.save(self.viewer, id, &format!("{}{text}", message.mark()));
    }

    /// The text of an edit that was left unfinished.
    pub fn edited_text(self, id: ConversationId, message: &ChangeableMessage) -> Option<String> {
        let kept = self.edits.get_untracked(id);
        let text = kept.and_then(|kept| Some(kept.strip_prefix(&message.mark())?.to_owned()));
        text.or_else(|| WebStorage::Session.read(&message.storage_key()))
    }

    /// Forgets an edit that was saved or cancelled.
    pub fn delete_edit(self, id: ConversationId, message: &ChangeableMessage) {
        WebStorage::Session.remove(&message.storage_key());
        if self.edits.get_untracked(id).is_some_and(|kept| kept.starts_with(&message.mark())) {
            self.edits.save(self.viewer, id, "");
        }
    }

    /// The message whose edit was under way in this conversation, if it can still be edited and nobody has changed it
    /// since. Otherwise the text becomes part of the draft.
    pub fn resumed_edit(self, id: ConversationId) -> Option<ChangeableMessage> {
        let kept = self.edits.get_untracked(id)?;
        let message = kept.split(' ').next().and_then(|message| message.parse().ok());
        let seen = message.and_then(|message| self.changeable(id, message));
        let seen = seen.filter(|seen| seen.can_edit && kept.starts_with(&seen.mark()));
        if seen.is_none() {
            self.edit_to_draft(id);
        }
        seen
    }

    /// Nothing is left to edit: the text becomes part of the draft, which is kept.
    pub(crate) fn edit_to_draft(self, id: ConversationId) {
        if let Some(kept) = self.edits.get_untracked(id) {
            let draft = self.drafts.get_untracked(id).map(|draft| draft + "\n\n").unwrap_or_default();
            self.save_draft(id, &(draft + kept_text(&kept)));
            self.edits.save(self.viewer, id, "");
        }
    }

    /// One of the viewer's messages, if it can still be edited or deleted.
    pub fn changeable(self, conversation: ConversationId, id: MessageId) -> Option<ChangeableMessage> {
        self.thread(conversation)
            .with_untracked(|slot| slot.thread().and_then(|thread| self.as_changeable(thread.get(id)?)))
    }

    /// Why one of the viewer's messages can be edited, or edited and deleted, no more: it is too old.
    pub fn too_old(self, conversation: ConversationId, id: MessageId) -> Option<&'static str> {
        self.thread(conversation).with_untracked(|slot| {
            let message = slot.thread()?.get(id)?;
            match self.age(message) {
                _ if !self.is_own_text(message) => None,
                DELETE_WINDOW.. => Some(words::editing_too_old()),
                EDIT_WINDOW.. => Some(words::editing_too_old_to_edit()),
                _ => None,
            }
        })
    }

    /// Whether this is a text that the viewer has sent.
    pub fn is_own(self, conversation: ConversationId, id: MessageId) -> bool {
        self.thread(conversation).with_untracked(|slot| {
            slot.thread().and_then(|thread| thread.get(id)).is_some_and(|message| self.is_own_text(message))
        })
    }

    /// The viewer's last message, if it can still be edited.
    pub fn last_editable(self, conversation: ConversationId) -> Option<ChangeableMessage> {
        self.thread(conversation)
            .with_untracked(|slot| {
                let tail = slot.thread()?.tail();
                let mine = tail.into_iter().rev().find(|message| self.is_mine(message))?;
                self.as_changeable(mine)
            })
            .filter(|message| message.can_edit)
    }

    /// Replaces the text. Fails if the message has changed since it was seen.
    pub async fn edit(self, message: ChangeableMessage, body: String) -> Result<()> {
        self.handle_confirmed(edit_message(message.id, message.version, body).await?.message);
        Ok(())
    }

    /// Deletes the message for everyone.
    pub async fn delete(self, message: ChangeableMessage) -> Result<()> {
        self.handle_confirmed(delete_message(message.id, message.version).await?.message);
        Ok(())
    }

    fn as_changeable(self, message: &Message) -> Option<ChangeableMessage> {
        self.is_changeable(message).then(|| ChangeableMessage {
            id: message.id,
            version: message.version,
            body: message.words().to_owned(),
            can_edit: self.age(message) < EDIT_WINDOW,
        })
    }

    fn is_changeable(self, message: &Message) -> bool {
        self.is_own_text(message) && self.age(message) < DELETE_WINDOW
    }

    fn is_own_text(self, message: &Message) -> bool {
        let is_there = message.kind == MessageKind::Text && message.deleted_at.is_none();
        self.is_mine(message) && is_there
    }

    fn is_mine(self, message: &Message) -> bool {
        message.sender.is_some() && message.sender == self.viewer
    }

    /// Age in microseconds, by the server's clock, which decides.
    fn age(self, message: &Message) -> i64 {
        self.server_now().0 - message.created_at.0
    }
}
