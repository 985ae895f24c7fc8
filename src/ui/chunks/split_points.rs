//! Split points: the functions that move their code into a chunk of the wasm. No code outside a chunk may
//! call what is behind its split points: a second caller moves that code back into the main wasm.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::registry::{Chunk, Popover, SplitPoints};
use crate::browser::{Live, environment::load_styles, sync::embed_events, use_live};
use crate::ui::{
    components::not_found::NotFoundPage,
    dialog::{chat, handle::DialogContent},
    notifications::panel::Panel,
    pages::{
        accounts::{
            mail_links::{ConfirmAddressPage, RestoreAddressPage, SecureAccountPage, StopMailPage},
            password_reset::{ForgottenPasswordPage, ResetPasswordPage},
            reauthentication::ConfirmIdentityPage,
            sign_in::SignInPage,
            sign_in_code::SignInCodePage,
            sign_up::SignUpPage,
        },
        archive::ArchivePage,
        connection_notice::ConnectionNotice,
        listings::{
            detail::ListingPage,
            explore::ExplorePage,
            form::{EditListingPage, NewListingPage},
            my_listings::MyListingsPage,
        },
        notifications::NotificationsPage,
        operator::{
            audit::AuditLogPage,
            broadcasts::BroadcastsPage,
            cases::CasesPage,
            moderation::{ConversationSearchPage, TranscriptPage},
            order_board::OrderBoardPage,
            site_settings::SiteSettingsPage,
            user_directory::UserDirectoryPage,
            webhooks::WebhooksPage,
        },
        orders::{detail::OrderPage, form::NewOrderPage, list::OrdersPage},
        report::ReportPage,
        rooms::{detail::RoomPage, form::NewRoomPage, invitations::InvitationsPage, join::JoinRoomPage},
        search::page::SearchPage,
        settings::{self, account_menu::AccountMenu, page::SettingsPage},
    },
    palette as command_palette,
    route::{Page, use_path},
    thread::{ThreadPane, ThreadPaneProps},
};

/// Installed in [`registry`](super::registry) by the app.
pub static SPLIT_POINTS: SplitPoints = SplitPoints {
    load: |chunk| Box::pin(load(chunk)),
    page,
    popover,
    thread,
    dialog,
    palette,
    notice,
    uploads,
};

/// Loads the code and the words of a chunk and the style sheet of all chunks. Returns whether all are loaded.
async fn load(chunk: Chunk) -> bool {
    let loaded = match chunk {
        // Each split point must be loaded by itself, also if another one has fetched the same file.
        Chunk::Pages => match load_page().await {
            Ok(()) => match load_popover().await {
                Ok(()) => match load_palette().await {
                    Ok(()) => load_notice().await,
                    failed => failed,
                },
                failed => failed,
            },
            failed => failed,
        },
        Chunk::Operator => load_operator().await,
        Chunk::Thread => match load_thread().await {
            Ok(()) => match load_dialog().await {
                Ok(()) => load_uploads().await,
                failed => failed,
            },
            failed => failed,
        },
    };
    loaded.is_ok() && load_styles().await && load_words(chunk).await
}

#[cfg(not(feature = "ssr"))]
async fn load_words(chunk: Chunk) -> bool {
    crate::browser::words::load(chunk.catalogue()).await
}

/// The server has all words.
#[cfg(feature = "ssr")]
async fn load_words(_: Chunk) -> bool {
    true
}

fn page(page: Page) -> AnyView {
    if page.is_for_operators() { render_now(split_operator(page)) } else { render_now(split_page(page)) }
}

fn popover(popover: Popover) -> AnyView {
    render_now(split_popover(popover))
}

fn thread(props: ThreadPaneProps) -> AnyView {
    render_now(split_thread(props))
}

fn dialog(content: DialogContent) -> AnyView {
    render_now(split_dialog(content))
}

fn palette() -> AnyView {
    render_now(split_palette())
}

fn notice() -> AnyView {
    render_now(split_notice())
}

fn uploads(live: Live) {
    drop(render_now(split_uploads(live)));
}

/// The secret part of a link's path.
fn last_segment() -> String {
    let path = use_path().get_untracked();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// Polls once and renders nothing if the chunk is not loaded. Hydration can't wait, so callers load the chunk
/// first.
fn render_now(view: impl Future<Output = Result<AnyView, SplitLoaderError>>) -> AnyView {
    match pin!(view).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(view)) => view,
        _ => ().into_any(),
    }
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_page))]
fn split_page(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::SignIn => view! { <SignInPage/> }.into_any(),
        Page::SignInCode => view! { <SignInCodePage/> }.into_any(),
        Page::SignUp => view! { <SignUpPage/> }.into_any(),
        Page::ConfirmIdentity => view! { <ConfirmIdentityPage/> }.into_any(),
        Page::ForgottenPassword => view! { <ForgottenPasswordPage/> }.into_any(),
        Page::ResetPassword => view! { <ResetPasswordPage token=last_segment()/> }.into_any(),
        Page::Explore => view! { <ExplorePage/> }.into_any(),
        Page::NewListing => view! { <NewListingPage/> }.into_any(),
        Page::Listing(id) => view! { <ListingPage id/> }.into_any(),
        Page::EditListing(id) => view! { <EditListingPage id/> }.into_any(),
        Page::MyListings => view! { <MyListingsPage/> }.into_any(),
        Page::Notifications => view! { <NotificationsPage/> }.into_any(),
        Page::Search => view! { <SearchPage/> }.into_any(),
        Page::Archive => view! { <ArchivePage/> }.into_any(),
        Page::Settings => view! { <SettingsPage/> }.into_any(),
        Page::Report => view! { <ReportPage/> }.into_any(),
        Page::Orders => view! { <OrdersPage/> }.into_any(),
        Page::NewOrder => view! { <NewOrderPage/> }.into_any(),
        Page::Order(key) => view! { <OrderPage key/> }.into_any(),
        Page::NewRoom => view! { <NewRoomPage/> }.into_any(),
        Page::Room(id) => view! { <RoomPage id/> }.into_any(),
        Page::Invitations => view! { <InvitationsPage/> }.into_any(),
        Page::JoinRoom => view! { <JoinRoomPage link=last_segment()/> }.into_any(),
        Page::ConfirmAddress => view! { <ConfirmAddressPage token=last_segment()/> }.into_any(),
        Page::RestoreAddress => view! { <RestoreAddressPage token=last_segment()/> }.into_any(),
        Page::SecureAccount => view! { <SecureAccountPage token=last_segment()/> }.into_any(),
        Page::StopMail => view! { <StopMailPage token=last_segment()/> }.into_any(),
        // Pages of other chunks.
        _ => view! { <NotFoundPage/> }.into_any(),
    })
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_popover))]
fn split_popover(popover: Popover) -> Result<AnyView, SplitLoaderError> {
    Ok(match popover {
        Popover::Notifications => view! { <Panel/> }.into_any(),
        Popover::Account => view! { <AccountMenu/> }.into_any(),
    })
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_palette))]
fn split_palette() -> Result<AnyView, SplitLoaderError> {
    let is_frame = embed_events::report(use_live());
    // Browsers let no frame of another site push.
    if !is_frame {
        settings::notifications::push::renew();
    }
    Ok(command_palette::render(is_frame))
}

#[wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible, preload(load_notice))]
fn split_notice() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <ConnectionNotice/> }.into_any())
}

#[wasm_split(desk, wasm_split_path = leptos::wasm_split, fallible, preload(load_operator))]
fn split_operator(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::UserDirectory => view! { <UserDirectoryPage/> }.into_any(),
        Page::AuditLog => view! { <AuditLogPage/> }.into_any(),
        Page::Broadcasts => view! { <BroadcastsPage/> }.into_any(),
        Page::Cases => view! { <CasesPage/> }.into_any(),
        Page::Moderation => view! { <ConversationSearchPage/> }.into_any(),
        Page::SiteSettings => view! { <SiteSettingsPage/> }.into_any(),
        Page::Webhooks => view! { <WebhooksPage/> }.into_any(),
        Page::Transcript(id) => view! { <TranscriptPage id/> }.into_any(),
        _ => view! { <OrderBoardPage/> }.into_any(),
    })
}

#[wasm_split(thread, wasm_split_path = leptos::wasm_split, fallible, preload(load_thread))]
fn split_thread(props: ThreadPaneProps) -> Result<AnyView, SplitLoaderError> {
    Ok(ThreadPane(props).into_any())
}

#[wasm_split(thread, wasm_split_path = leptos::wasm_split, fallible, preload(load_uploads))]
fn split_uploads(live: Live) -> Result<AnyView, SplitLoaderError> {
    live.start_uploads();
    Ok(().into_any())
}

#[wasm_split(thread, wasm_split_path = leptos::wasm_split, fallible, preload(load_dialog))]
fn split_dialog(content: DialogContent) -> Result<AnyView, SplitLoaderError> {
    Ok(chat::render(content))
}
