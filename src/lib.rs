//! Stoa: real-time messaging for marketplaces. This is the map of the code: its layers, from the top. Imports
//! only go down.
//!
//! - `main`: the command line
//! - `web`: the HTTP edge: router and middleware, page rendering, REST API, WebSocket upgrade, static assets
//! - [`app`]: the HTML document and the root component; `ui`: pages and components
//! - `browser`: connection, outbox, storage and client state behind the components
//! - `api`: server functions, called by `browser` and `ui` and run on the server
//! - `server`: commands, background tasks and realtime; below them `domain` (rules and authorisation), the
//!   server context, and at the bottom connections, store, bus, auth, limits, telemetry and configuration
//! - [`shared`]: types that cross the wire, validation, and the pure state of inbox and thread
//!
//! The path of a message:
//!
//! 1. `ui/thread/composer` takes the text on submit.
//! 2. `browser/sending/outbox` gives it an id, persists it, and shows it optimistically as a pending bubble.
//! 3. The socket carries it. Without a socket, `api::messages::send_message` does (without script, as a plain
//!    form post).
//! 4. `server/domain/messages::send` authorises and validates it.
//! 5. `server/store/messages/append` (on PostgreSQL, a stored function) inserts it and raises the sync
//!    position of each participant, in one transaction.
//! 6. The sender gets the acknowledgement after COMMIT.
//! 7. The store publishes the updates after COMMIT. `server/realtime/writer` then sends each participant the
//!    updates since their cursor. A client without a socket fetches them from `server/domain/sync::poll`.
//! 8. `browser/sync/state` applies them to `shared/sync/inbox` and `shared/sync/thread`.
//! 9. The thread shows the message under the id of the pending bubble, so that nothing flickers.

#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod browser;
#[cfg(feature = "ssr")]
pub mod server;
pub mod shared;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod web;

#[cfg(feature = "hydrate")]
use crate::ui::chunks::{
    registry::{self, Chunk},
    split_points,
};
#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// The browser's entry point for a page that the server rendered: loads the page's code chunk, then hydrates.
/// Returns false if the chunk could not be loaded; the page then works as without script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() -> bool {
    let is_loaded = load_page_chunk().await;
    if is_loaded {
        leptos::mount::hydrate_body(app::App);
    }
    is_loaded
}

/// The browser's entry point for the offline page: renders the page from the data stored in this browser.
/// Returns false if the page's code chunk could not be loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn mount() -> bool {
    let is_loaded = load_page_chunk().await;
    if is_loaded {
        leptos::mount::mount_to_body(|| {
            provide_context(browser::storage::offline::stored_session());
            app::App()
        });
    }
    is_loaded
}

/// Does the next step of what follows hydration; the first one starts the app. Returns false if nothing is left.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate_next() -> bool {
    browser::hydration::hydrate_next()
}

/// Loads the code chunk of the current page; false if that failed.
#[cfg(feature = "hydrate")]
async fn load_page_chunk() -> bool {
    // A release build strips panic messages, so it needs no hook.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    registry::install(&split_points::SPLIT_POINTS);
    browser::words::read_from_page();
    match Chunk::for_path(&location().pathname().unwrap_or_default()) {
        Some(chunk) => chunk.load().await,
        None => true,
    }
}

/// Loads the code chunks of other pages, called when the browser is idle, and again later if it returns false: then one could not
/// be loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn load_rest() -> bool {
    for chunk in Chunk::PREFETCHED {
        if !chunk.load().await {
            return false;
        }
    }
    registry::set_prefetched();
    true
}
