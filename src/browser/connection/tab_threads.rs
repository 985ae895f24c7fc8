//! Open threads of the other tabs. The leader joins them on its connection on behalf of those tabs.

use leptos::prelude::*;

use super::tab_message::{TabId, TabMessage};
use crate::browser::Live;
use crate::shared::{ids::ConversationId, sync::changes::OpenThread};

#[derive(Default)]
pub(super) struct OtherTab {
    threads: Vec<OpenThread>,
    is_attended: bool,
}

impl Live {
    /// Reports this tab's open threads to the leader.
    pub(crate) fn report_open_threads(self) {
        if !self.is_leader() {
            let tab = self.leadership.with_value(|leadership| leadership.tab);
            let threads = self.open_threads();
            self.send_to_tabs(&TabMessage::OpenThreads {
                tab,
                threads,
                is_attended: self.is_attended.get_untracked(),
            });
        }
    }

    /// Handles a report: joins threads that are new, leaves those that no tab shows any more.
    pub(crate) fn handle_open_threads(self, tab: TabId, threads: Vec<OpenThread>, is_attended: bool) {
        if !self.is_leader() {
            return;
        }
        let other = OtherTab { threads: threads.clone(), is_attended };
        let before = self
            .leadership
            .try_update_value(|leadership| leadership.other_tabs.insert(tab, other))
            .flatten()
            .unwrap_or_default();
        for open in &threads {
            if !before.threads.contains(open) {
                self.send_join(*open);
            }
        }
        for gone in before.threads {
            self.leave_thread(gone.conversation);
        }
    }

    /// Whether the viewer is looking at any tab of this browser. Complete in the leader only.
    pub(crate) fn is_attended_anywhere(self) -> bool {
        self.is_attended.get_untracked()
            || self
                .leadership
                .with_value(|leadership| leadership.other_tabs.values().any(|other| other.is_attended))
    }

    pub(crate) fn open_threads_of_other_tabs(self) -> Vec<OpenThread> {
        self.leadership.with_value(|leadership| {
            leadership.other_tabs.values().flat_map(|other| other.threads.clone()).collect()
        })
    }

    pub(crate) fn is_open_in_other_tab(self, id: ConversationId) -> bool {
        self.open_threads_of_other_tabs().iter().any(|open| open.conversation == id)
    }
}
