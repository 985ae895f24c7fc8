//! Keyboard navigation of the inbox.

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::{
    browser::{environment, use_live},
    shared::ids::ConversationId,
};

/// Arrow keys, Home and End move the focus through the rows; Enter opens a row, which is a link.
pub fn move_focus(event: ev::KeyboardEvent) {
    let Some(list) = event.current_target().and_then(|list| list.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    let Ok(rows) = list.query_selector_all(".row") else { return };
    let count = rows.length();
    let focused = document().active_element();
    let at = (0..count).find(|index| rows.item(*index).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let (Some(at), false) = (at, event.alt_key()) else { return };
    let to = match event.key().as_str() {
        "ArrowUp" => at.saturating_sub(1),
        "ArrowDown" => (at + 1).min(count - 1),
        "Home" => 0,
        "End" => count - 1,
        _ => return,
    };
    event.prevent_default();
    if let Some(row) = rows.item(to).and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        environment::focus_soon(row);
    }
}

/// A row that has the focus loses it when it moves: it has it again in the next frame. Call it before the rows change.
pub fn keep_row_focus() {
    if !is_server()
        && let Some(row) = document().active_element().filter(|active| active.matches(".row") == Ok(true))
        && let Ok(row) = row.dyn_into()
    {
        environment::focus_soon(row);
    }
}

/// Moves the focus to the row of a conversation when the viewer goes back from it to the list.
pub fn focus_closed_row(list: NodeRef<html::Div>, active: Memo<Option<ConversationId>>) {
    Effect::new(move |before: Option<Option<ConversationId>>| {
        let active = active.get();
        if let (Some(Some(closed)), None, Some(list)) = (before, active, list.get_untracked()) {
            let row = list.query_selector(&format!(".row[href='/messages/{closed}']")).ok().flatten();
            if let Some(row) = row.and_then(|row| row.dyn_into().ok()) {
                environment::focus_soon(row);
            }
        }
        active
    });
}

/// Alt with an arrow key opens the previous or next conversation from anywhere on the page; with Shift, only
/// unread ones.
pub fn open_with_alt_arrows(shown: Memo<Vec<ConversationId>>, active: Memo<Option<ConversationId>>) {
    let live = use_live();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |event| {
            let step = match event.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            if !event.alt_key() || document().query_selector("dialog[open]").ok().flatten().is_some() {
                return;
            }
            event.prevent_default();
            let ids = shown.get_untracked();
            let is_wanted = |id: &ConversationId| {
                !event.shift_key()
                    || live.inbox.with_untracked(|inbox| inbox.get(*id).is_some_and(|row| row.unread > 0))
            };
            let at = ids.iter().position(|id| Some(*id) == active.get_untracked());
            let next = match (at, step) {
                (None, _) => ids.iter().find(|id| is_wanted(id)),
                (Some(at), 1) => ids[at + 1..].iter().find(|id| is_wanted(id)),
                (Some(at), _) => ids[..at].iter().rev().find(|id| is_wanted(id)),
            };
            if let Some(id) = next {
                navigate(&format!("/messages/{id}"), Default::default());
            }
        });
        on_cleanup(move || listener.remove());
    });
}
