//! A secret that was just made, and is shown once.

use leptos::{html, prelude::*};
use web_sys::{FocusEvent, HtmlInputElement};

use crate::browser::environment::focus_soon;

/// It takes the focus, which selects it for copying. `id` is that of its field.
#[component]
pub fn NewSecret(
    id: &'static str,
    label: &'static str,
    shown_once: &'static str,
    secret: String,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            focus_soon(input.into());
        }
    });
    let select_all = |event: FocusEvent| event_target::<HtmlInputElement>(&event).select();
    view! {
        <div class="made-token">
            <p><label for=id><b>{label}</b></label> " " {shown_once}</p>
            <input
                class="input"
                id=id
                dir="ltr"
                node_ref=input
                value=secret
                readonly
                autocomplete="off"
                spellcheck="false"
                on:focus=select_all
            />
        </div>
    }
}
