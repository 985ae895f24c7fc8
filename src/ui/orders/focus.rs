//! Focus after a step of an order. The pressed button is gone by then, and the one in its place makes the next step: so
//! the focus goes to the order's status.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{AddEventListenerOptions, Element, HtmlElement};

use crate::{
    shared::{ids::ConversationId, orders::code::OrderCode},
    ui::components::Attempt,
};

/// What stays where it is when an order changes: a card, a conversation, a row of the desk, a notification.
const PLACES: &str = ".order, .chat, .details, .desk tr, .told";

/// Once the form is gone that was sent, a focus that it has left behind moves to the order's status in the same place.
pub fn focus_status_after(attempt: Attempt, form: NodeRef<html::Form>, code: OrderCode) {
    if is_server() {
        return;
    }
    let place = StoredValue::new_local(None::<Element>);
    Effect::new(move |_| {
        if attempt.is_pending.get()
            && let Some(form) = form.get_untracked()
        {
            place.set_value(form.closest(PLACES).ok().flatten());
        }
    });
    on_cleanup(move || {
        let Some(place) = place.try_get_value().flatten() else { return };
        request_animation_frame(move || {
            let found = place.is_connected().then(|| shown(&place, ".status").or_else(|| shown(&place, "a")));
            let found = found.flatten();
            focus_if_lost(found, &[&format!("a[href='/orders/{code}']"), "#main"]);
        });
    });
}

/// Once the messages dialog is closed, a lost focus moves to the link that opens it again.
pub fn focus_link_after_dialog(conversation: ConversationId) {
    let Ok(Some(dialog)) = document().query_selector(".dialog") else { return };
    let focus = Closure::once_into_js(move |_: JsValue| {
        request_animation_frame(move || {
            focus_if_lost(
                None,
                &[&format!("main a[href='/messages/{conversation}']"), "main .status", "#main"],
            );
        });
    });
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    let is_listening = dialog.add_event_listener_with_callback_and_add_event_listener_options(
        "close",
        focus.unchecked_ref(),
        &options,
    );
    debug_assert!(is_listening.is_ok());
}

/// The first element that can be seen: a wide window has the subject of a conversation in a pane of its own.
fn shown(place: &Element, selector: &str) -> Option<HtmlElement> {
    let found = place.query_selector_all(selector).ok()?;
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .find(|element| element.offset_parent().is_some())
}

/// Focuses `found`, or the first element that one of the selectors finds.
fn focus_if_lost(found: Option<HtmlElement>, selectors: &[&str]) {
    // The button of the next step may be the element that was pressed.
    let is_lost = |active: &Element| {
        active.tag_name() == "BODY" || active.closest(".steps").is_ok_and(|steps| steps.is_some())
    };
    if !document().active_element().as_ref().is_none_or(is_lost) {
        return;
    }
    let Some(body) = document().body() else { return };
    let Some(found) = found.or_else(|| selectors.iter().find_map(|selector| shown(&body, selector))) else {
        return;
    };
    // A status inside a link is read with it.
    let link = found.closest("a").ok().flatten().and_then(|link| link.dyn_into().ok());
    let target = link.unwrap_or(found);
    if target.tab_index() < 0 {
        target.set_tab_index(-1);
    }
    drop(target.focus());
}
