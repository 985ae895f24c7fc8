//! A sound for new messages while nobody looks at any of the tabs (B9); the title counts them, too.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

use super::{
    Live,
    environment::{self, Area},
};
use crate::shared::values::time::{SECOND, Timestamp};

const FILE: &str = "/message.wav";
/// Several messages in a row sound once.
const PAUSE: i64 = 2 * SECOND;
/// Where the choice is kept, on this device; nothing means on.
const KEY: &str = "stoa-sound";
const OFF: &str = "off";

pub fn is_on() -> bool {
    Area::Browser.read(KEY).is_none_or(|kept| kept != OFF)
}

pub fn turn(is_on: bool) {
    if is_on {
        Area::Browser.remove(KEY);
    } else {
        Area::Browser.write(KEY, OFF);
    }
}

impl Live {
    /// Something has come that is to be heard. One tab rings for all, and only if none of them is looked
    /// at, which the caller has seen to.
    pub(super) fn ring(self) {
        let now = environment::now();
        let is_due = self.rung_at.get_value().is_none_or(|Timestamp(at)| now.0 - at >= PAUSE);
        if !is_due || !is_on() {
            return;
        }
        self.rung_at.set_value(Some(now));
        spawn_local(async move {
            // Browsers refuse as long as nobody has touched the page.
            if let Ok(playing) = HtmlAudioElement::new_with_src(FILE).and_then(|audio| audio.play()) {
                JsFuture::from(playing).await.ok();
            }
        });
    }
}
