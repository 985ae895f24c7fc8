//! Icons come from one sprite, `public/icons.svg`, and stay out of the wasm.

use leptos::prelude::*;

/// `name` is a symbol of the sprite. Decoration only: the word beside it, or the control's
/// label, says what it means.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true" focusable="false">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}
