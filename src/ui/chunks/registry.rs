//! Chunk registry: which chunk a page needs, whether it is loaded, and the views that it provides. The views
//! are function pointers, set once by `app`, so that a page can show a view of another chunk without
//! importing it.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::prelude::*;

use crate::{
    browser::{ConnectionStatus, Live, environment::is_online},
    shared::words::{self, Catalogue},
    ui::{
        components::Toasts,
        dialog::handle::DialogContent,
        route::{MessagesSelection, Page},
        thread::ThreadPaneProps,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// All pages but Messages and those for operators.
    Pages,
    /// The pages for operators.
    Operator,
    /// The thread of a conversation, on its page and in the messages dialog.
    Thread,
}

/// The popovers below links of the top bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popover {
    Notifications,
    Account,
}

/// The loader of chunks and the views that they provide.
pub struct SplitPoints {
    /// Returns whether the chunk is loaded now.
    pub load: fn(Chunk) -> Pin<Box<dyn Future<Output = bool>>>,
    pub page: fn(Page) -> AnyView,
    pub popover: fn(Popover) -> AnyView,
    pub thread: fn(ThreadPaneProps) -> AnyView,
    pub dialog: fn(DialogContent) -> AnyView,
    pub palette: fn() -> AnyView,
    pub notice: fn() -> AnyView,
    /// Begins to upload the files of unsent messages.
    pub uploads: fn(Live),
}

static SPLIT_POINTS: OnceLock<&SplitPoints> = OnceLock::new();

/// Whether the prefetched chunks are loaded.
static ARE_PREFETCHED: LazyLock<ArcRwSignal<bool>> = LazyLock::new(|| ArcRwSignal::new(false));

/// Call it once the prefetched chunks are loaded.
pub fn set_prefetched() {
    ARE_PREFETCHED.set(true);
}

/// Call it before a chunk is loaded or rendered. Only the first call has an effect.
pub fn install(points: &'static SplitPoints) {
    let _ = SPLIT_POINTS.set(points);
}

fn installed() -> &'static SplitPoints {
    SPLIT_POINTS.get().expect("the split points, which the app installs first")
}

impl Chunk {
    pub const ALL: [Self; 3] = [Self::Pages, Self::Thread, Self::Operator];
    /// The chunks that an idle browser prefetches. Few viewers are operators, so theirs is not among them.
    pub const PREFETCHED: [Self; 2] = [Self::Pages, Self::Thread];

    /// The chunk that the page at `path` needs; `None` if the main wasm has the page.
    pub fn for_path(path: &str) -> Option<Self> {
        match Page::from_path(path) {
            Page::Messages => {
                matches!(MessagesSelection::from_path(path), MessagesSelection::Conversation(_))
                    .then_some(Self::Thread)
            }
            page if page.is_for_operators() => Some(Self::Operator),
            _ => Some(Self::Pages),
        }
    }

    /// The name in the build's manifest and in `split_points`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Operator => "desk",
            Self::Thread => "thread",
        }
    }

    /// The words of this chunk.
    pub fn catalogue(self) -> Catalogue {
        match self {
            Self::Pages => Catalogue::Pages,
            Self::Operator => Catalogue::Desk,
            Self::Thread => Catalogue::Thread,
        }
    }

    /// Always true on the server.
    pub fn is_loaded(self) -> bool {
        cfg!(not(target_family = "wasm")) || self.loaded().load(Ordering::Relaxed)
    }

    /// Loads the chunk if necessary, and returns whether it is loaded now. False without a network, and if
    /// the server has a newer version of the site and no longer serves the files of this one.
    pub async fn load(self) -> bool {
        let is_loaded = (installed().load)(self).await;
        self.loaded().fetch_or(is_loaded, Ordering::Relaxed);
        is_loaded
    }

    fn loaded(self) -> &'static AtomicBool {
        static PAGES: AtomicBool = AtomicBool::new(false);
        static OPERATOR: AtomicBool = AtomicBool::new(false);
        static THREAD: AtomicBool = AtomicBool::new(false);
        match self {
            Self::Pages => &PAGES,
            Self::Operator => &OPERATOR,
            Self::Thread => &THREAD,
        }
    }
}

/// Renders any page but Messages. The chunk must be loaded, as for all views below.
pub fn page(page: Page) -> AnyView {
    (installed().page)(page)
}

/// Renders the content of a popover.
pub fn popover(popover: Popover) -> AnyView {
    (installed().popover)(popover)
}

/// Renders the thread of a conversation.
pub fn thread(props: ThreadPaneProps) -> AnyView {
    (installed().thread)(props)
}

/// Renders the content of the messages dialog.
pub fn dialog(content: DialogContent) -> AnyView {
    (installed().dialog)(content)
}

/// Renders the command palette, which waits until the browser is idle. From then on files are uploaded, too.
pub fn palette(live: Live) -> Option<AnyView> {
    ARE_PREFETCHED.get().then(|| {
        (installed().uploads)(live);
        (installed().palette)()
    })
}

/// Renders the banner of the connection, which waits until the browser is idle.
pub fn notice() -> Option<AnyView> {
    ARE_PREFETCHED.get().then(installed().notice)
}

/// Fallback for a chunk that can't be loaded. Online it calls `load`, which must start a full page load: that
/// works without the chunk. Offline that would fail, so the page stays and a toast shows an error.
pub fn fall_back_to_page_load(live: Live, toasts: Toasts, load: impl FnOnce()) {
    let status = live.status().get_untracked();
    if matches!(status, ConnectionStatus::Offline | ConnectionStatus::Reconnecting { .. }) || !is_online() {
        toasts.error(words::connection_no_page());
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
            ("/operator/orders", Some(Chunk::Operator)),
            ("/operator/conversations/nonsense", Some(Chunk::Operator)),
            ("/operator/nowhere", Some(Chunk::Pages)),
            ("/nowhere", Some(Chunk::Pages)),
        ] {
            assert_eq!(Chunk::for_path(path), chunk, "{path}");
        }
    }
}
