//! Sign-out with unsent messages: asks for confirmation, then deletes the viewer's data on this device,
//! which others may use.

use leptos::prelude::*;

use crate::browser::{
    Live,
    connection::tab_message::TabMessage,
    environment::WebStorage,
    sending::edits::EDITED_TEXTS_PREFIX,
    storage::{
        database::{self, ObjectStore, Write},
        offline,
    },
};
use crate::shared::messages::outbox::OutboxItems;

impl Live {
    /// Confirmation question that names what is lost; none if nothing is unsent.
    pub fn sign_out_question(self) -> Option<String> {
        let lost: Vec<_> = [(self.outbox.count_unsent(), "message"), (self.drafts.count(), "draft")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        let is_empty = lost.is_empty();
        (!is_empty).then(|| format!("You have {} not sent. Sign out and delete that?", lost.join(" and ")))
    }

    /// Deletes everything that this device stores of the viewer, in all tabs.
    pub async fn delete_local_data(self) {
        let Some(viewer) = self.viewer else { return };
        offline::forget().await;
        self.send_to_tabs(&TabMessage::DeleteLocalData);
        self.clear_this_tab();
        for key in WebStorage::Local.keys(&crate::browser::sending::drafts::prefix(viewer)) {
            WebStorage::Local.remove(&key);
        }
        for store in [ObjectStore::Outbox, ObjectStore::Cache] {
            // Refused where nothing was ever stored.
            database::write(store, vec![Write::Clear]).await.ok();
        }
    }

    /// Ends the session and empties the outbox and the unfinished edits of this tab.
    pub(crate) fn clear_this_tab(self) {
        self.signed_out();
        for key in WebStorage::Session.keys(EDITED_TEXTS_PREFIX) {
            WebStorage::Session.remove(&key);
        }
        self.outbox.items.set(OutboxItems::default());
    }

    /// Asks for confirmation if something is unsent. Returns whether to go on.
    pub fn confirm_sign_out(self) -> bool {
        self.sign_out_question()
            .is_none_or(|question| window().confirm_with_message(&question).unwrap_or(true))
    }
}
