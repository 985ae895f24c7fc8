//! The few things that the browser itself is asked for: time, attention, storage. Each answers
//! with something harmless where the browser refuses (private mode, a full disk).

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Storage, VisibilityState};

use crate::shared::values::time::Timestamp;

/// The browser's clock; it may be wrong, so it only ever orders what this tab itself did.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64 * 1_000)
}

/// The day in the reader's own zone, counted from 1970.
pub fn local_day(at: Timestamp) -> i64 {
    let date = js_sys::Date::new(&(at.as_millis() as f64).into());
    let month = js_sys::Date::utc(f64::from(date.get_full_year()), f64::from(date.get_month()));
    month as i64 / 86_400_000 + i64::from(date.get_date()) - 1
}

/// 0 up to 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Whether this tab is in front of its window.
pub fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Whether somebody is looking: in front, and the window has the focus.
pub fn is_attended() -> bool {
    is_visible() && document().has_focus().unwrap_or(true)
}

/// False only where the device knows that it has no network.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// A device without a fine pointer, where Enter belongs to the keyboard on the screen.
pub fn is_touch() -> bool {
    matches_media("(pointer: coarse)")
}

/// A screen that shows one thing at a time: a phone.
pub fn is_narrow() -> bool {
    matches_media("(max-width: 47.5em)")
}

pub fn is_motion_reduced() -> bool {
    matches_media("(prefers-reduced-motion: reduce)")
}

fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

/// The build of the site that this page came with.
pub fn site() -> Option<String> {
    document().document_element()?.get_attribute("data-site")
}

/// Whether something was filled in that would be lost with the page. What is kept anyway says so
/// (`data-kept`).
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

/// Takes up the styles that the list of conversations only brought near, and says whether they are there.
pub async fn load_styles() -> bool {
    let Ok(Some(link)) = document().query_selector("link[data-later]") else { return true };
    let arrival = Promise::new(&mut |arrived, failed| {
        for (name, callback) in [("load", arrived), ("error", failed)] {
            let is_heard = link.add_event_listener_with_callback(name, &callback);
            debug_assert!(is_heard.is_ok());
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

/// Leaves for an address of ours with a full load.
pub fn load(address: &str) {
    let loads = window().location().assign(address);
    debug_assert!(loads.is_ok());
}

/// Moves the focus once what has just changed is drawn: what is still hidden can't take it.
pub fn focus_soon(element: web_sys::HtmlElement) {
    request_animation_frame(move || {
        let is_focused = element.focus();
        debug_assert!(is_focused.is_ok());
    });
}

/// Calls back when the tab comes to the front or leaves it, and when the window gains or loses
/// the focus. For as long as the page lives.
pub fn on_attention(callback: impl Fn() + Clone + 'static) {
    for name in ["focus", "blur", "pageshow"] {
        let callback = callback.clone();
        window_event_listener_untyped(name, move |_| callback());
    }
    on_document("visibilitychange", callback);
}

/// For as long as the page lives.
pub fn on_document(event: &str, callback: impl Fn() + 'static) {
    let on_event = Closure::<dyn Fn()>::new(callback).into_js_value();
    let listens = document().add_event_listener_with_callback(event, on_event.unchecked_ref());
    debug_assert!(listens.is_ok());
}

/// Where something is kept: `Browser` for all tabs until it is cleared, `Tab` until it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    Browser,
    Tab,
}

impl Area {
    fn storage(self) -> Option<Storage> {
        match self {
            Self::Browser => window().local_storage().ok().flatten(),
            Self::Tab => window().session_storage().ok().flatten(),
        }
    }

    pub fn read(self, key: &str) -> Option<String> {
        self.storage()?.get_item(key).ok().flatten()
    }

    /// Says whether it is kept now.
    pub fn write(self, key: &str, value: &str) -> bool {
        self.storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
    }

    pub fn remove(self, key: &str) {
        if let Some(storage) = self.storage() {
            // Nothing to be done where storage is refused: it holds nothing then.
            drop(storage.remove_item(key));
        }
    }

    /// All keys that start with `prefix`.
    pub fn keys(self, prefix: &str) -> Vec<String> {
        let Some(storage) = self.storage() else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        (0..count)
            .filter_map(|index| storage.key(index).ok().flatten())
            .filter(|key| key.starts_with(prefix))
            .collect()
    }
}
