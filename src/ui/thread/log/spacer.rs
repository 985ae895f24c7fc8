//! Spacer: blank space in place of the lines outside the window.

use leptos::prelude::*;

use crate::browser::use_live;

/// Blank space for the lines outside the window, so that the scrollbar spans the whole thread. The server
/// renders all lines that it sends, so the first render has none.
#[component]
pub fn Spacer(px: impl Fn() -> f64 + Copy + Send + Sync + 'static) -> impl IntoView {
    let live = use_live();
    move || {
        live.is_hydrated.get().then(|| {
            view! { <div class="thread__room" aria-hidden="true" style:block-size=move || in_px(px())></div> }
        })
    }
}

/// A CSS length.
pub fn in_px(px: f64) -> String {
    // Formatting an integer keeps the large float formatter out of the wasm.
    format!("{}px", px as i64)
}
