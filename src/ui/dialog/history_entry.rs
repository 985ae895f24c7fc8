//! The history entry of the open dialog: the browser's Back closes the dialog and stays on the page.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::handle::MessagesDialogHandle;

/// The state of the entry. It has the URL of the page below it.
const DIALOG: &str = "dialog";

/// The dialog has opened: adds its entry.
pub(super) fn push() {
    if let Ok(history) = window().history() {
        // A browser refuses more than about a hundred entries in half a minute.
        drop(history.push_state_with_url(&JsValue::from_str(DIALOG), "", None));
    }
}

/// The dialog has closed: leaves its entry. After a navigation to another page that is no longer the current one.
pub(super) fn pop() {
    if is_current()
        && let Ok(history) = window().history()
    {
        drop(history.back());
    }
}

/// Closes the dialog when the viewer goes back from its entry. An entry that is reached again, by Forward or by
/// Back from a later page, has no dialog any more and is skipped.
pub(super) fn close_on_back(dialog: MessagesDialogHandle) {
    window_event_listener_untyped("popstate", move |_| {
        let is_open = dialog.content.with_untracked(Option::is_some);
        match (is_current(), is_open) {
            (false, true) => dialog.close(),
            (true, false) => pop(),
            _ => {}
        }
    });
}

fn is_current() -> bool {
    let state = window().history().and_then(|history| history.state());
    state.is_ok_and(|state| state.as_string().as_deref() == Some(DIALOG))
}
