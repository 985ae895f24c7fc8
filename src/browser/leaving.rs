//! Signing out with something unsent: the viewer is asked first, and then nothing of it stays on
//! this device, which may be somebody else's.

use leptos::prelude::*;

use super::{Live, page::Area};
use crate::shared::outbox::Items;

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

    /// Deletes drafts and unsent messages of the viewer from this device.
    pub fn forget_unsent(self) {
        let Some(viewer) = self.viewer else { return };
        self.outbox.items.set(Items::default());
        self.keep_outbox();
        for key in Area::Browser.keys(&super::drafts::prefix(viewer)) {
            Area::Browser.remove(&key);
        }
    }

    /// Asks, if there is something to lose. Says whether to go on.
    pub fn may_leave(self) -> bool {
        self.leaving_question()
            .is_none_or(|question| window().confirm_with_message(&question).unwrap_or(true))
    }
}
