//! Filter of notifications by kind.

use leptos::prelude::*;

use crate::{
    browser::Live,
    shared::{notifications::kinds::NotificationKind, sync::inbox::Inbox, words},
};

/// All notifications, or those of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindFilter {
    All,
    Kind(NotificationKind),
}

impl KindFilter {
    /// The filters to offer: all, and the kinds that the viewer has turned on.
    pub fn offered(live: Live) -> Vec<Self> {
        let kinds = live.preferences.get_untracked().app;
        let kinds = NotificationKind::ALL.into_iter().filter(|kind| kinds.has(*kind));
        [Self::All].into_iter().chain(kinds.map(Self::Kind)).collect()
    }

    pub fn kind(self) -> Option<NotificationKind> {
        match self {
            Self::All => None,
            Self::Kind(kind) => Some(kind),
        }
    }

    pub fn label(self) -> &'static str {
        self.kind().map_or_else(words::notification_list_all_kinds, NotificationKind::label)
    }

    /// The number of unread notifications.
    pub fn unread(self, inbox: &Inbox, live: Live) -> i64 {
        match self {
            Self::All => inbox.notifications.unread(live.preferences.get().app),
            Self::Kind(kind) => inbox.notifications.totals().of(kind),
        }
    }
}
