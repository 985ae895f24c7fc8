//! The state behind the pages in the browser: connection, inbox, threads, outbox and drafts.
//!
//! There is one [`Live`] for the whole app; [`provide_live`] creates it and [`use_live`] returns it. Each
//! module adds methods to it for one concern:
//!
//! - `sync/`: the signals that components read, how a [`Change`] is applied to them, pagination, receipts,
//!   presence and typing
//! - `connection/`: the WebSocket, polling over HTTP, and leader election between tabs
//! - `sending/`: optimistic sending with an outbox, edits, drafts, and sign-out with unsent messages
//! - `storage/`: IndexedDB, the cache of inbox and threads, and starting without the server
//! - `notifications`: toasts, sound and browser notifications; `sound` plays the sound
//! - `push`: the browser's subscription for web push
//! - `recording`: sound by the microphone
//! - `shortcuts`: whether keys of one letter are on
//! - `scroll_anchor`: keeps the scroll position of a thread
//! - `hydration`: what follows hydration, in steps
//! - `environment`: thin wrappers of browser APIs; `timers`: delays; `words`: loading of the page's words
//!
//! On the server all of it is inert: signals hold the values that the page is rendered with, and browser
//! APIs are only called in effects and event handlers, which the server never runs.
//!
//! [`Change`]: crate::shared::sync::changes::Change

mod connection;
pub mod environment;
pub mod hydration;
pub mod notifications;
pub mod passkeys;
pub mod push;
pub mod recording;
pub mod scroll_anchor;
pub mod sending;
pub mod shortcuts;
pub mod sound;
pub mod storage;
pub mod sync;
pub(crate) mod timers;
#[cfg(not(feature = "ssr"))]
pub mod words;

use leptos::prelude::*;

pub use connection::status::ConnectionStatus;
pub use sync::{state::Live, thread_slot::ThreadSlot};

use crate::shared::page::session::PageSession;

/// Creates the app's live state from the [`PageSession`], and starts it after hydration. Call it once, in
/// `App`.
pub fn provide_live() -> Live {
    let session = use_context::<PageSession>().unwrap_or_default();
    let live = Live::new(&session);
    provide_context(live);
    Effect::new(move |_| {
        let session = session.clone();
        hydration::on_start(move || {
            live.start();
            storage::offline::prepare(&session);
        });
    });
    live
}

/// The app's live state. Panics outside of `App`.
pub fn use_live() -> Live {
    expect_context()
}

/// Number of unread messages in all conversations, as a signal.
pub fn use_unread_message_count() -> Signal<i64> {
    use_live().unread_total()
}
