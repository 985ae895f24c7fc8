//! Stoa: messaging for marketplaces. This is the map of the code.
//!
//! - [`shared`]: types that cross the wire, validation, and the pure state of inbox and thread
//! - `ui`: pages and components; `browser`: connection, outbox and state behind them
//! - `api`: the server functions; `server`: everything that only the server has
//!
//! The way of a message, from top to bottom:
//!
//! 1. `ui/thread/composer` takes the text on submit,
//! 2. `browser/sending/outbox` gives it an id, keeps it, and shows the pending bubble,
//! 3. the socket carries it, or `api::messages::send_message` where there is none (a plain form post
//!    where there is no script),
//! 4. `server/domain/messages::send` authorises and validates,
//! 5. `server/store/messages/append` (on PostgreSQL a function) stores it in one transaction with everybody's
//!    heads,
//! 6. the answer leaves after COMMIT,
//! 7. the store tells who has news, and `server/realtime/writer` sends everybody what is new since his
//!    cursor, a message that comes next without reading it again; `server/domain/sync::poll` does
//!    where there is no socket,
//! 8. `browser/sync/state` applies it to `shared/sync/inbox` and `shared/sync/thread`,
//! 9. the list shows it under the same id as the pending bubble, so nothing flickers.

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

/// The browser's entry: takes up the page that the server rendered, once the code that the page
/// needs is there, and says whether it is. Without it the page stays as it is without script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() -> bool {
    let is_there = load_needed().await;
    if is_there {
        leptos::mount::hydrate_body(app::App);
    }
    is_there
}

/// The browser's entry where the server could not be reached: draws the page from what this browser
/// has kept.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn mount() -> bool {
    let is_there = load_needed().await;
    if is_there {
        leptos::mount::mount_to_body(|| {
            provide_context(browser::storage::offline::kept_session());
            app::App()
        });
    }
    is_there
}

/// Takes up the code that this page needs and says whether it is there.
#[cfg(feature = "hydrate")]
async fn load_needed() -> bool {
    // A release leaves out the words of panics, and the hook with them.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    registry::install(&split_points::SPLIT_POINTS);
    match Chunk::at(&location().pathname().unwrap_or_default()) {
        Some(chunk) => chunk.load().await,
        None => true,
    }
}

/// Takes up what other pages need.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn load_rest() {
    for chunk in Chunk::PREFETCHED {
        chunk.load().await;
    }
}
