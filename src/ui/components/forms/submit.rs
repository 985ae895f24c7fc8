//! Submit button: shows that the form is being sent, and blocks a second submit meanwhile.

use leptos::{ev::MouseEvent, prelude::*};

use crate::ui::components::Icon;

/// While `pending` it ignores clicks but stays focusable: a disabled button would drop the focus to the body.
/// `class` is added to the class `button`; the default is the main colour.
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
            on:click=move |event| if pending.get_untracked() || is_repeated(&event) { event.prevent_default() }
        >
            <span class="button__work"><Icon name="spinner"/></span>
            {children()}
        </button>
    }
}

/// Whether this is the second press of a double click. It may hit what has come in the place of the pressed button.
pub fn is_repeated(event: &MouseEvent) -> bool {
    event.detail() > 1
}
