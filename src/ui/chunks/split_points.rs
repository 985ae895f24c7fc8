//! Split points: the functions behind which wasm is split off into chunks. Nothing else may call what stands behind
//! them: one more caller would bring it back into the main wasm.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::registry::{Chunk, SplitPoints};
use crate::browser::environment::load_styles;
use crate::ui::{
    components::not_found::NotFoundPage,
    dialog::{chat, handle::Shown},
    notifications::panel::Panel,
    pages::{
        accounts::{sign_in::SignInPage, sign_up::SignUpPage},
        listings::{
            detail::ListingPage,
            explore::ExplorePage,
            form::{EditListingPage, NewListingPage},
            mine::HostingPage,
        },
        notifications::NotificationsPage,
        operator::{
            audit::AuditPageView,
            broadcasts::NoticesPageView,
            moderation::{ModerationPageView, TranscriptPageView},
            orders::DeskPageView,
            site_settings::SiteSettingsPage,
            user_directory::PeoplePageView,
        },
        orders::{detail::OrderPage, form::NewOrderPage, list::OrdersPage},
        rooms::{
            detail::{JoinRoomPage, RoomPage},
            form::NewRoomPage,
        },
        settings::profile::SettingsPage,
    },
    route::{Page, use_path},
    thread::{ThreadPane, ThreadPaneProps},
};

/// What [`registry`] shows and loads.
pub static SPLIT_POINTS: SplitPoints =
    SplitPoints { load: |chunk| Box::pin(load(chunk)), page, panel, thread, dialog };

/// Loads the chunk's code and the styles of all chunks.
async fn load(chunk: Chunk) -> bool {
    let loaded = match chunk {
        Chunk::Pages => match load_page().await {
            Ok(()) => load_panel().await,
            failed => failed,
        },
        Chunk::Desk => load_desk().await,
        // Each function knows only for itself that its file is there.
        Chunk::Thread => match load_thread().await {
            Ok(()) => load_dialog().await,
            failed => failed,
        },
    };
    loaded.is_ok() && load_styles().await
}

fn page(page: Page) -> AnyView {
    if page.is_for_operators() { at_once(split_desk(page)) } else { at_once(split_page(page)) }
}

fn panel() -> AnyView {
    at_once(split_panel())
}

fn thread(props: ThreadPaneProps) -> AnyView {
    at_once(split_thread(props))
}

fn dialog(shown: Shown) -> AnyView {
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
    Ok(chat::show(shown))
}
