//! Signing out with something unsent: the viewer is asked first, and then nothing of it stays on
//! this device, which may be somebody else's.

use leptos::prelude::*;

use crate::browser::{
    Live,
    connection::tabs::TabMessage,
    environment::Area,
    storage::{
        database::{self, ObjectStore, Write},
        offline,
    },
};
use crate::shared::messages::outbox::OutboxItems;

impl Live {
    /// What signing out would lose, as a question; nothing if it would lose nothing.
    pub fn leaving_question(self) -> Option<String> {
        let lost: Vec<_> = [(self.outbox.count_unsent(), "message"), (self.drafts.count(), "draft")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        let is_empty = lost.is_empty();
        (!is_empty).then(|| format!("You have {} not sent. Sign out and delete that?", lost.join(" and ")))
    }

    /// Deletes everything that this device keeps of the viewer: what is unsent, and what was read.
    pub async fn forget_everything(self) {
        let Some(viewer) = self.viewer else { return };
        offline::forget().await;
        self.tell_tabs(&TabMessage::Forget);
        self.forget_here();
        for key in Area::Browser.keys(&crate::browser::sending::drafts::prefix(viewer)) {
            Area::Browser.remove(&key);
        }
        for shelf in [ObjectStore::Outbox, ObjectStore::Cache] {
            // Refused where nothing was ever kept.
            database::write(shelf, vec![Write::Clear]).await.ok();
        }
    }

    pub(crate) fn forget_here(self) {
        self.signed_out();
        self.outbox.items.set(OutboxItems::default());
    }

    /// Asks, if there is something to lose. Says whether to go on.
    pub fn may_leave(self) -> bool {
        self.leaving_question()
            .is_none_or(|question| window().confirm_with_message(&question).unwrap_or(true))
    }
}
