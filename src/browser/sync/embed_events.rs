//! What a frame on another site tells the page around it: events of the document, which the frame's script passes on
//! (`app/embed_frame.js`).

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser::{
    Live,
    environment::js::{call, construct, object},
};

/// Reports as long as the calling scope lives. Returns whether this is a frame; outside of one it does nothing.
pub fn report(live: Live) -> bool {
    if document().document_element().is_none_or(|root| !root.has_attribute("data-embedded")) {
        return false;
    }
    let unread = live.unread_total();
    Effect::new(move |_| dispatch("stoa-unread", (unread.get() as f64).into()));
    Effect::new(move |last: Option<_>| {
        live.outbox.items.track();
        let newest = live.outbox.sent_ids.with_value(|ids| ids.front().copied());
        if last.is_some_and(|last| last != newest) {
            dispatch("stoa-sent", JsValue::NULL);
        }
        newest
    });
    true
}

fn dispatch(name: &str, detail: JsValue) {
    if let Some(event) = construct("CustomEvent", &[name.into(), object(&[("detail", detail)])]) {
        call(&document(), "dispatchEvent", &[event]);
    }
}
