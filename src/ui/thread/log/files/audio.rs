//! Sound in a message, with its waveform.

use leptos::prelude::*;

use super::url;
use crate::shared::{messages::files::MessageFile, words};

/// The browser's own player, which has speed, keys and a name for screen readers.
#[component]
pub fn AudioView(file: MessageFile) -> impl IntoView {
    let bars = file.waveform.unwrap_or_default();
    let bars: Vec<_> = bars.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let count = bars.len();
    let seconds = file.duration.unwrap_or_default() / 1_000;
    let length = format!("{}:{:02}", seconds / 60, seconds % 60);
    let shape = (count > 0).then(|| {
        let path: String = bars
            .iter()
            .enumerate()
            .map(|(at, bar)| format!("M{} {}v{}", at * 4 + 2, 9 - bar / 2, (bar & !1) + 1))
            .collect();
        view! {
            <svg class="sound__wave" viewBox=format!("0 0 {} 18", count * 4) preserveAspectRatio="none" aria-hidden="true">
                <path d=path/>
            </svg>
        }
    });
    view! {
        <div class="sound">
            <span class="sound__head">{shape}<span class="number">{length}</span></span>
            <audio controls preload="none" src=url(file.id, "original") aria-label=words::file_recording()></audio>
        </div>
    }
}
