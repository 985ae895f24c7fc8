//! Start of the live state after hydration, and the check that the viewer is still signed in.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{
    Live,
    environment::{self, WebStorage},
    storage::database,
    timers::after,
};
use crate::shared::{
    ids::UserId,
    values::time::{SECOND, Timestamp},
};

/// How long the connection waits for stored data.
const RESTORE_TIMEOUT_MS: i32 = 2_000;
/// The browser's clock is corrected by the server's beyond this.
const CLOCK_TOLERANCE_MICROS: i64 = 5 * SECOND;
/// localStorage key of the user who opened a page of this browser last.
const VIEWER_KEY: &str = "stoa-viewer";

impl Live {
    /// Starts after hydration: browser APIs may be used from here on.
    pub(crate) fn start(self) {
        self.set_server_time(self.rendered_at);
        self.is_hydrated.set(true);
        self.is_attended.set(environment::is_attended());
        if let Some(viewer) = self.viewer {
            self.store_viewer_key(viewer);
            self.open_channel(viewer);
            self.drafts.restore(viewer);
            self.edits.restore(viewer);
            self.restore_and_connect(viewer);
        }
    }

    /// Notes what the server's clock says. Small differences are the time that the answer took.
    pub(crate) fn set_server_time(self, server: Timestamp) {
        let offset = server.0 - environment::now().0;
        if (offset - self.clock_offset.get_untracked()).abs() > CLOCK_TOLERANCE_MICROS {
            self.clock_offset.set(offset);
        }
    }

    /// The server's time, by the browser's clock and the difference that was last seen.
    pub(crate) fn server_now(self) -> Timestamp {
        environment::now().plus(self.clock_offset.get_untracked())
    }

    /// Restores stored data, then connects.
    fn restore_and_connect(self, viewer: UserId) {
        // A browser whose storage does not answer must not block the connection.
        after(RESTORE_TIMEOUT_MS, move || self.start_connection());
        spawn_local(async move {
            if database::open(viewer).await.is_err() {
                self.disable_persistence();
            }
            self.restore_outbox().await;
            self.restore_inbox().await;
            self.start_connection();
            self.save_page();
            self.resume_outbox();
        });
    }

    /// Whether the viewer is still the signed-in user. All tabs share the cookie: after another user has
    /// signed in, this tab must not send anything in their name, nor show them this page's updates.
    pub(crate) fn is_still_viewer(self) -> bool {
        let stamp = WebStorage::Local.read(VIEWER_KEY);
        match (self.viewer, stamp) {
            (Some(viewer), Some(stamp)) => viewer.to_string() == stamp,
            // Storage is refused: assume that the viewer has not changed.
            (viewer, None) => viewer.is_some(),
            (None, Some(_)) => false,
        }
    }

    fn store_viewer_key(self, viewer: UserId) {
        WebStorage::Local.write(VIEWER_KEY, &viewer.to_string());
    }
}
