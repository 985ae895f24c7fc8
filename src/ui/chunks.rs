//! The code that comes in files of its own, so that the list of conversations does not wait for
//! what it doesn't need (docs/decisions/0010-chunks.md): threads, and all other pages. What is
//! split off stands here, and nothing else may call it: one more caller brings it back.

use std::{
    future::Future,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::{
    dialog::{self, Shown},
    notifications::panel::Panel,
    pages::{
        address::{Opened, Page, use_path},
        audit::AuditPageView,
        desk::DeskPageView,
        explore::ExplorePage,
        hosting::HostingPage,
        listing::ListingPage,
        listing_form::{EditListingPage, NewListingPage},
        moderation::{ModerationPageView, TranscriptPageView},
        not_found::NotFoundPage,
        notices::NoticesPageView,
        notifications::NotificationsPage,
        order::OrderPage,
        order_form::NewOrderPage,
        orders::OrdersPage,
        people::PeoplePageView,
        room::{JoinRoomPage, RoomPage},
        room_form::NewRoomPage,
        settings::SettingsPage,
        sign_in::SignInPage,
        sign_up::SignUpPage,
        site_settings::SiteSettingsPage,
    },
    parts::Toasts,
    thread::{ThreadPane, ThreadPaneProps},
};
use crate::browser::{
    ConnectionStatus, Live,
    page::{is_online, load_styles},
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

impl Chunk {
    /// What is brought near before it is needed: the operators' pages are only theirs.
    pub const ALL: [Self; 3] = [Self::Pages, Self::Thread, Self::Desk];
    pub const NEAR: [Self; 2] = [Self::Pages, Self::Thread];

    /// What the page at this path can't be shown without. Nothing for what is always there.
    pub fn at(path: &str) -> Option<Self> {
        match Page::at(path) {
            Page::Messages => matches!(Opened::at(path), Opened::Conversation(_)).then_some(Self::Thread),
            page if page.is_for_operators() => Some(Self::Desk),
            _ => Some(Self::Pages),
        }
    }

    /// Its name in the build's manifest, and below.
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

    /// Fetches what is not there yet and says whether it is there now. False where there is no
    /// network, and where the server has a newer version and this one's files no longer.
    pub async fn load(self) -> bool {
        let loaded = match self {
            Self::Pages => match load_page().await {
                Ok(()) => load_panel().await,
                failed => failed,
            },
            Self::Desk => load_desk().await,
            // Each function knows only for itself that its file is there.
            Self::Thread => match load_thread().await {
                Ok(()) => load_dialog().await,
                failed => failed,
            },
        };
        let is_there = loaded.is_ok() && load_styles().await;
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

/// What follows where a chunk can't be had: `load` does without it, by a full load, as there is
/// without script. Where nobody would answer that, it is said instead, and the page stays.
pub fn do_without(live: Live, toasts: Toasts, load: impl FnOnce()) {
    let status = live.status().get_untracked();
    if matches!(status, ConnectionStatus::Offline | ConnectionStatus::Reconnecting { .. }) || !is_online() {
        toasts.error("This can’t be opened without a connection. Try again once you’re back online.");
    } else {
        load();
    }
}

/// Any page but Messages.
pub fn page(page: Page) -> AnyView {
    if page.is_for_operators() { at_once(split_desk(page)) } else { at_once(split_page(page)) }
}

/// What stands in the panel below the bell.
pub fn panel() -> AnyView {
    at_once(split_panel())
}

pub fn thread(props: ThreadPaneProps) -> AnyView {
    at_once(split_thread(props))
}

/// What stands in the messages dialog.
pub fn dialog(shown: Shown) -> AnyView {
    at_once(split_dialog(shown))
}

/// Hydration can't wait in the middle, so whoever shows something has its chunk loaded before.
fn at_once(view: impl Future<Output = Result<AnyView, SplitLoaderError>>) -> AnyView {
    match pin!(view).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(view)) => view,
        _ => ().into_any(),
    }
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_page))]
fn split_page(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::SignIn => view! { <SignInPage/> }.into_any(),
        Page::SignUp => view! { <SignUpPage/> }.into_any(),
        Page::Explore => view! { <ExplorePage/> }.into_any(),
        Page::NewListing => view! { <NewListingPage/> }.into_any(),
        Page::Listing(id) => view! { <ListingPage id/> }.into_any(),
        Page::EditListing(id) => view! { <EditListingPage id/> }.into_any(),
        Page::Hosting => view! { <HostingPage/> }.into_any(),
        Page::Notifications => view! { <NotificationsPage/> }.into_any(),
        Page::Settings => view! { <SettingsPage/> }.into_any(),
        Page::Orders => view! { <OrdersPage/> }.into_any(),
        Page::NewOrder => view! { <NewOrderPage/> }.into_any(),
        Page::Order(key) => view! { <OrderPage key/> }.into_any(),
        Page::NewRoom => view! { <NewRoomPage/> }.into_any(),
        Page::Room(id) => view! { <RoomPage id/> }.into_any(),
        Page::JoinRoom => {
            let path = use_path().get_untracked();
            let link = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
            view! { <JoinRoomPage link/> }.into_any()
        }
        // The others are no pages of this chunk.
        _ => view! { <NotFoundPage/> }.into_any(),
    })
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_panel))]
fn split_panel() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Panel/> }.into_any())
}

#[wasm_split(desk, wasm_split_path = leptos::wasm_split, fallible, preload(load_desk))]
fn split_desk(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::People => view! { <PeoplePageView/> }.into_any(),
        Page::Audit => view! { <AuditPageView/> }.into_any(),
        Page::Notices => view! { <NoticesPageView/> }.into_any(),
        Page::Moderation => view! { <ModerationPageView/> }.into_any(),
        Page::SiteSettings => view! { <SiteSettingsPage/> }.into_any(),
        Page::Transcript(id) => view! { <TranscriptPageView id/> }.into_any(),
        _ => view! { <DeskPageView/> }.into_any(),
    })
}

#[wasm_split(thread, wasm_split_path = leptos::wasm_split, fallible, preload(load_thread))]
fn split_thread(props: ThreadPaneProps) -> Result<AnyView, SplitLoaderError> {
    Ok(ThreadPane(props).into_any())
}

#[wasm_split(thread, wasm_split_path = leptos::wasm_split, fallible, preload(load_dialog))]
fn split_dialog(shown: Shown) -> Result<AnyView, SplitLoaderError> {
    Ok(dialog::chat::show(shown))
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
