//! Sign-out with unsent messages: asks for confirmation, then deletes the viewer's data on this device,
//! which others may use.

use leptos::prelude::*;

use crate::browser::{
    Live,
    connection::tab_message::TabMessage,
    environment::WebStorage,
    sending::{edits::EDITED_TEXTS_PREFIX, uploads::database_name},
    storage::{
        database::{self, ObjectStore, Write},
        offline,
    },
};
use crate::shared::{messages::outbox::OutboxItems, words};

impl Live {
    /// What is lost by signing out, `1 message and 2 drafts`; none if nothing is unsent.
    pub fn unsent(self) -> Option<String> {
        let (messages, drafts) = (self.outbox.count_unsent(), self.drafts.count() + self.edits.count());
        let messages = (messages > 0).then(|| words::unsent_messages(messages as u64));
        let drafts = (drafts > 0).then(|| words::unsent_drafts(drafts as u64));
        match (messages, drafts) {
            (Some(messages), Some(drafts)) => Some(words::unsent_both(&drafts, &messages)),
            (messages, drafts) => messages.or(drafts),
        }
    }

    /// Deletes everything that this device stores of the viewer, in all tabs.
    pub async fn delete_local_data(self) {
        let Some(viewer) = self.viewer else { return };
        offline::forget().await;
        self.send_to_tabs(&TabMessage::DeleteLocalData);
        self.clear_this_tab();
        self.drafts.forget(viewer);
        self.edits.forget(viewer);
        if let Ok(Some(factory)) = window().indexed_db() {
            factory.delete_database(&database_name(viewer)).ok();
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
}
