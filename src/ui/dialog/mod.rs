//! Messages dialog (A7): a conversation in a modal dialog over any page. It is mounted once and opens for a
//! conversation, or for a listing, whose conversation begins with the first message.

pub mod chat;
pub mod contact_host;
mod first_message;
pub mod handle;
mod history_entry;

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use super::{chunks::registry, inbox::banner::ConnectionNotice};
use handle::use_messages_dialog;

use crate::{
    browser::{environment, use_live},
    shared::{
        listings::ListingCard,
        page::session::{path_with_query, sign_in_path},
        values::time::{SECOND, Timestamp},
    },
};

/// Two presses within this time are a double click.
const DOUBLE_CLICK_MICROS: i64 = SECOND / 2;

/// The element id of the heading that labels the dialog.
const HEADING: &str = "dialog-heading";

#[component]
pub fn MessagesDialog() -> impl IntoView {
    let dialog = use_messages_dialog();
    let node = NodeRef::<html::Dialog>::new();
    let is_open = Memo::new(move |_| dialog.content.with(Option::is_some));
    let is_leaving = StoredValue::new(false);
    let opened_at = StoredValue::new(Timestamp::default());
    // The browser traps the focus in a modal dialog and returns it to the opener.
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        match (is_open.get(), node.open()) {
            (true, false) => {
                let is_shown = node.show_modal();
                debug_assert!(is_shown.is_ok());
                opened_at.set_value(environment::now());
                history_entry::push();
            }
            (false, true) => node.close(),
            _ => {}
        }
    });
    Effect::new(move |_| history_entry::close_on_back(dialog));
    // Without a session nothing can be sent, and the banner that says so must be seen.
    let status = use_live().status();
    Effect::new(move |_| {
        if status.get().is_over() {
            dialog.close();
        }
    });
    // Navigation to another page closes the dialog. The router has not added its entry to the history yet.
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) && is_open.get_untracked() {
            is_leaving.set_value(true);
            dialog.close();
        }
        path
    });
    // However it was closed: by its button, by Escape, or by Back.
    let closed = move |_| {
        dialog.close();
        if is_leaving.try_update_value(std::mem::take) != Some(true) {
            history_entry::pop();
        }
        request_animation_frame(restore_focus);
    };
    // A press on the backdrop targets the dialog element itself, since the content fills it.
    let press = move |event: ev::MouseEvent| {
        let is_backdrop = match (event.target(), node.get_untracked()) {
            (Some(target), Some(node)) => js_sys::Object::is(target.as_ref(), node.as_ref()),
            _ => false,
        };
        // The second press of a double click that opened the dialog is no press on the backdrop.
        let is_double_click = environment::now().0 - opened_at.get_value().0 < DOUBLE_CLICK_MICROS;
        if is_backdrop && !is_double_click {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby=HEADING on:close=closed on:mousedown=press>
            {move || is_open.get().then(|| view! { <ConnectionNotice/> })}
            {move || dialog.content.get().map(registry::dialog)}
        </dialog>
    }
}

/// Moves a lost focus to the "Contact host" button: a dialog that opened by itself has no opener to return it
/// to.
fn restore_focus() {
    let active = document().active_element();
    let is_lost = active.is_none_or(|active| active.tag_name() == "BODY");
    let Ok(buttons) = document().query_selector_all(".contact-host button") else { return };
    let buttons = (0..buttons.length())
        .filter_map(|index| buttons.item(index)?.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(button) = buttons.into_iter().find(|button| button.offset_parent().is_some())
        && is_lost
    {
        environment::focus_soon(button);
    }
}

/// The path of sign-in, which leads back to the listing and opens the dialog there (A1). `query` is that of the listing's
/// page: what is chosen there.
fn contact_sign_in_path(listing: &ListingCard, query: &str) -> String {
    let contact = format!("{query}&contact=1");
    sign_in_path(&path_with_query(&format!("/listings/{}", listing.id), contact.trim_start_matches('&')))
}
