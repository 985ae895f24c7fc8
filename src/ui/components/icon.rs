//! Icons: symbols of one SVG sprite, `public/icons.svg`, which keeps them out of the wasm.

use leptos::prelude::*;

/// `name` is a symbol of the sprite. The icon is decoration and hidden from screen readers: the text beside
/// it or the control's label carries the meaning.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true" focusable="false">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}
