//! The chunk registry: which chunk a page needs, whether it is loaded, and the views that it provides. The views
//! stand behind function pointers, set once by `app`, so that pages can show each other's chunks without importing
//! them.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::prelude::*;

use crate::{
    browser::{ConnectionStatus, Live, environment::is_online},
    ui::{
        components::Toasts,
        dialog::handle::Shown,
        route::{Opened, Page},
        thread::ThreadPaneProps,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// Every page but Messages and those of operators.
    Pages,
    /// The operators' pages.
    Desk,
    /// A conversation, on its page and in the dialog.
    Thread,
}

/// The views that chunks provide, and how one is loaded.
pub struct SplitPoints {
    pub load: fn(Chunk) -> Pin<Box<dyn Future<Output = bool>>>,
    pub page: fn(Page) -> AnyView,
    pub panel: fn() -> AnyView,
    pub thread: fn(ThreadPaneProps) -> AnyView,
    pub dialog: fn(Shown) -> AnyView,
}

static SPLIT_POINTS: OnceLock<&SplitPoints> = OnceLock::new();

/// Call it before anything is loaded or rendered. The first call counts.
pub fn install(points: &'static SplitPoints) {
    let _ = SPLIT_POINTS.set(points);
}

fn installed() -> &'static SplitPoints {
    SPLIT_POINTS.get().expect("the split points, which the app installs first")
}

impl Chunk {
    /// All of them, and those that are prefetched when the browser is idle: the operators' pages are only theirs.
    pub const ALL: [Self; 3] = [Self::Pages, Self::Thread, Self::Desk];
    pub const PREFETCHED: [Self; 2] = [Self::Pages, Self::Thread];

    /// The chunk that the page at this path needs; nothing for what is always loaded.
    pub fn at(path: &str) -> Option<Self> {
        match Page::at(path) {
            Page::Messages => matches!(Opened::at(path), Opened::Conversation(_)).then_some(Self::Thread),
            page if page.is_for_operators() => Some(Self::Desk),
            _ => Some(Self::Pages),
        }
    }

    /// Its name in the build's manifest and in `split_points`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Desk => "desk",
            Self::Thread => "thread",
        }
    }

    /// The server has all of them.
    pub fn is_loaded(self) -> bool {
        cfg!(not(target_family = "wasm")) || self.loaded().load(Ordering::Relaxed)
    }

    /// Loads it unless it is loaded, and says whether it is loaded now. False without a network, and where the
    /// server has a newer version and no longer serves this one's files.
    pub async fn load(self) -> bool {
        let is_there = (installed().load)(self).await;
        self.loaded().fetch_or(is_there, Ordering::Relaxed);
        is_there
    }

    fn loaded(self) -> &'static AtomicBool {
        static PAGES: AtomicBool = AtomicBool::new(false);
        static DESK: AtomicBool = AtomicBool::new(false);
        static THREAD: AtomicBool = AtomicBool::new(false);
        match self {
            Self::Pages => &PAGES,
            Self::Desk => &DESK,
            Self::Thread => &THREAD,
        }
    }
}

/// Any page but Messages. Its chunk must be loaded, as for all views below.
pub fn page(page: Page) -> AnyView {
    (installed().page)(page)
}

/// The notifications panel.
pub fn panel() -> AnyView {
    (installed().panel)()
}

/// A conversation.
pub fn thread(props: ThreadPaneProps) -> AnyView {
    (installed().thread)(props)
}

/// The content of the messages dialog.
pub fn dialog(shown: Shown) -> AnyView {
    (installed().dialog)(shown)
}

/// Fallback for a chunk that can't be loaded: `load` goes on with a full page load, which works without script.
/// Offline, where nothing would answer it, a toast says so and the page stays.
pub fn do_without(live: Live, toasts: Toasts, load: impl FnOnce()) {
    let status = live.status().get_untracked();
    if matches!(status, ConnectionStatus::Offline | ConnectionStatus::Reconnecting { .. }) || !is_online() {
        toasts.error("This can’t be opened without a connection. Try again once you’re back online.");
    } else {
        load();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ids::ConversationId;

    #[test]
    fn the_list_of_conversations_needs_no_chunk() {
        let thread = format!("/messages/{}", ConversationId::new());
        for (path, chunk) in [
            ("/messages", None),
            ("/messages/nonsense", None),
            (&thread, Some(Chunk::Thread)),
            ("/", Some(Chunk::Pages)),
            ("/settings", Some(Chunk::Pages)),
            ("/operator/orders", Some(Chunk::Desk)),
            ("/operator/conversations/nonsense", Some(Chunk::Desk)),
            ("/operator/nowhere", Some(Chunk::Pages)),
            ("/nowhere", Some(Chunk::Pages)),
        ] {
            assert_eq!(Chunk::at(path), chunk, "{path}");
        }
    }
}
