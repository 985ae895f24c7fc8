//! The button that sends a form: says that it is at work, and sends once.

use leptos::prelude::*;

use crate::ui::components::Icon;

/// It stays focusable while at work (a disabled button would drop the focus to the body), and
/// swallows further clicks. `class` is added to `button`; the main colour is the default.
#[component]
pub fn SubmitButton(
    #[prop(into)] pending: Signal<bool>,
    #[prop(default = "button--main")] class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=format!("button {class}")
            aria-busy=move || pending.get().then_some("true")
            on:click=move |event| if pending.get_untracked() { event.prevent_default() }
        >
            <span class="button__work"><Icon name="spinner"/></span>
            {children()}
        </button>
    }
}
