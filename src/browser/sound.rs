//! Sound for new messages while the viewer looks at none of the tabs (B9). The title counts them, too.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

use super::{
    Live,
    environment::{self, WebStorage},
};
use crate::shared::values::time::{SECOND, Timestamp};

const SOUND_URL: &str = "/message.wav";
/// Several messages within this time sound once.
const SOUND_PAUSE_MICROS: i64 = 2 * SECOND;
/// localStorage key of the setting on this device; no value means on.
const STORAGE_KEY: &str = "stoa-sound";
const OFF: &str = "off";

pub fn is_on() -> bool {
    WebStorage::Local.read(STORAGE_KEY).is_none_or(|stored| stored != OFF)
}

pub fn set_on(is_on: bool) {
    if is_on {
        WebStorage::Local.remove(STORAGE_KEY);
    } else {
        WebStorage::Local.write(STORAGE_KEY, OFF);
    }
}

impl Live {
    /// Plays the sound, unless it is off or has just been played. The caller makes sure that only the
    /// leader plays it, and only if no tab is attended.
    pub(super) fn play_sound(self) {
        let now = environment::now();
        let is_due =
            self.sound_played_at.get_value().is_none_or(|Timestamp(at)| now.0 - at >= SOUND_PAUSE_MICROS);
        if !is_due || !is_on() {
            return;
        }
        self.sound_played_at.set_value(Some(now));
        spawn_local(async move {
            // Browsers refuse until the viewer has interacted with the page.
            if let Ok(playing) = HtmlAudioElement::new_with_src(SOUND_URL).and_then(|audio| audio.play()) {
                JsFuture::from(playing).await.ok();
            }
        });
    }
}
