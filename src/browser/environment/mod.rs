//! Thin wrappers of browser APIs: clock, visibility, focus, storage. Each returns something harmless where
//! the browser refuses (private mode, a full disk).

pub mod js;
mod web_storage;

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::VisibilityState;

pub use self::web_storage::WebStorage;
use crate::shared::values::time::Timestamp;

/// The browser's clock. It may be wrong, so it only orders events of this tab.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64 * 1_000)
}

/// The day in the reader's time zone, in days since 1970-01-01.
pub fn local_day(at: Timestamp) -> i64 {
    let date = js_sys::Date::new(&(at.as_millis() as f64).into());
    let month = js_sys::Date::utc(f64::from(date.get_full_year()), f64::from(date.get_month()));
    month as i64 / 86_400_000 + i64::from(date.get_date()) - 1
}

/// The name of this device's time zone, such as `Europe/Berlin`, as the start script notes it.
pub fn time_zone() -> Option<String> {
    document().document_element()?.get_attribute("data-zone")
}

/// A random number in [0, 1).
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Whether this tab is visible.
pub fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Whether the viewer is looking at this tab: it is visible and its window has the focus.
pub fn is_attended() -> bool {
    is_visible() && document().has_focus().unwrap_or(true)
}

/// False only if the device knows that it has no network.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether the device has no fine pointer. There, Enter of the on-screen keyboard makes a new line.
pub fn is_touch() -> bool {
    matches_media("(pointer: coarse)")
}

/// Whether the screen shows one pane at a time: a phone, also on its side.
pub fn is_narrow() -> bool {
    matches_media("(max-width: 47.5em), (max-width: 68.75em) and (max-height: 28em)")
}

/// Whether there is room for details beside the thread.
pub fn is_wide() -> bool {
    matches_media("(min-width: 87.5em)")
}

pub fn is_motion_reduced() -> bool {
    matches_media("(prefers-reduced-motion: reduce)")
}

/// Whether texts can be copied by a button: browsers allow it on HTTPS and localhost only.
pub fn can_copy() -> bool {
    window().is_secure_context()
}

/// Copies a text to the clipboard. Returns whether it is there.
pub async fn copy(text: &str) -> bool {
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

/// The site's build that this page came with.
pub fn site() -> Option<String> {
    document().document_element()?.get_attribute("data-site")
}

/// Whether a form holds input that would be lost with the page. Fields that are stored anyway are marked
/// `data-kept`.
pub fn is_filled_in() -> bool {
    let Ok(fields) =
        document().query_selector_all("form :is(input, textarea):not([type=hidden], [data-kept])")
    else {
        return false;
    };
    (0..fields.length()).filter_map(|index| fields.get(index)).any(|field| {
        match field.dyn_ref::<web_sys::HtmlInputElement>() {
            Some(input) => {
                input.value() != input.default_value() || input.checked() != input.default_checked()
            }
            None => field
                .dyn_ref::<web_sys::HtmlTextAreaElement>()
                .is_some_and(|area| area.default_value().is_ok_and(|then| area.value() != then)),
        }
    })
}

/// Applies the style sheet that the inbox only prefetched. Returns whether it is loaded.
pub async fn load_styles() -> bool {
    let Ok(Some(link)) = document().query_selector("link[data-later]") else { return true };
    let arrival = Promise::new(&mut |arrived, failed| {
        for (name, callback) in [("load", arrived), ("error", failed)] {
            let is_listening = link.add_event_listener_with_callback(name, &callback);
            debug_assert!(is_listening.is_ok());
        }
    });
    let set = |rel| {
        let is_set = link.set_attribute("rel", rel);
        debug_assert!(is_set.is_ok());
    };
    set("stylesheet");
    let is_there = JsFuture::from(arrival).await.is_ok();
    if is_there {
        let is_removed = link.remove_attribute("data-later");
        debug_assert!(is_removed.is_ok());
    } else {
        set("prefetch");
    }
    is_there
}

pub fn reload() {
    let reloads = window().location().reload();
    debug_assert!(reloads.is_ok());
}

/// Loads a URL of this site with a full page load.
pub fn load(url: &str) {
    let loads = window().location().assign(url);
    debug_assert!(loads.is_ok());
}

/// Moves the focus in the next frame: an element that is still hidden can't take it.
pub fn focus_soon(element: web_sys::HtmlElement) {
    request_animation_frame(move || {
        let is_focused = element.focus();
        debug_assert!(is_focused.is_ok());
    });
}

/// Calls back when the tab is shown or hidden, and when its window gains or loses the focus. The listeners
/// live as long as the page.
pub fn on_attention(callback: impl Fn() + Clone + 'static) {
    for name in ["focus", "blur", "pageshow"] {
        let callback = callback.clone();
        window_event_listener_untyped(name, move |_| callback());
    }
    on_document("visibilitychange", callback);
}

/// Adds a listener to the document that lives as long as the page.
pub fn on_document(event: &str, callback: impl Fn() + 'static) {
    let on_event = Closure::<dyn Fn()>::new(callback).into_js_value();
    let is_listening = document().add_event_listener_with_callback(event, on_event.unchecked_ref());
    debug_assert!(is_listening.is_ok());
}
