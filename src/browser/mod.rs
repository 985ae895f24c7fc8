//! What the browser keeps while a page is open: the connection to the server, the state of inbox
//! and threads, what waits to be sent, and drafts.
//!
//! A newcomer's map. There is one [`Live`] for the whole app; [`provide_live`] makes it and
//! [`use_live`] hands it out. Each file below adds one concern to it:
//!
//! - `state`: the signals that components read, and how news ([`Change`]) get into them
//! - `connection`: the socket, and when it is opened again; `socket` carries its frames, `polling`
//!   asks by HTTP where there is none, `status` says how things stand
//! - `screens`: which conversations are on screen, so that their messages come along
//! - `outbox`: messages on their way out, shown before they are stored; `sending` brings them there
//! - `edits`: changing and deleting a message
//! - `receipts`: what the viewer has read
//! - `cache`: what was seen last, for the next visit; `database` keeps it and the outbox
//! - `drafts`: text that was typed and not sent
//! - `offline`: starting without the server
//! - `leaving`: signing out with something unsent
//! - `notifications`: telling the viewer of what has come
//! - `lists`: pages of the inbox and of threads, search
//! - `tabs`: what the tabs of one browser tell each other; `leader`: which of them has the connection
//! - `typing`, `presence`: who is writing, who is online
//! - `sound`: a sound for messages that come while nobody looks
//! - `place`: the reader's place in a thread
//! - `page`: the few things that the browser itself is asked for; `timers`: what comes later
//!
//! On the server all of it is inert: signals hold what the page was rendered with, and whatever
//! touches the browser runs in effects and event handlers, which the server never runs.
//!
//! [`Change`]: crate::shared::sync::changes::Change

mod connection;
pub mod environment;
pub mod notifications;
pub mod scroll_anchor;
pub mod sending;
pub mod sound;
pub mod storage;
pub mod sync;
mod timers;

use leptos::prelude::*;

pub use connection::status::ConnectionStatus;
pub use sync::state::{Live, Slot};

use crate::shared::page::session::PageSession;

/// Makes the app's live state from the page's [`PageSession`] and starts it once the page is taken
/// over by the browser. Call it once, in `App`.
pub fn provide_live() -> Live {
    let session = use_context::<PageSession>().unwrap_or_default();
    let live = Live::new(&session);
    provide_context(live);
    Effect::new(move |_| {
        live.start();
        storage::offline::prepare(&session);
    });
    live
}

/// The app's live state.
pub fn use_live() -> Live {
    expect_context()
}

/// The viewer's unread messages in all conversations, kept current.
pub fn use_unread_message_count() -> Signal<i64> {
    use_live().unread_total()
}
