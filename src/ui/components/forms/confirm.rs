//! Submit button that asks first, in a dialog of the form itself. Without script the form is sent at once.

use leptos::{ev::MouseEvent, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::submit::is_repeated;
use crate::ui::components::{Icon, reactive_view};

/// What a form asks before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub title: String,
    /// What follows from it.
    pub text: String,
    /// The label of the button that goes on, and of the one that does not.
    pub verb: &'static str,
    pub keep: &'static str,
    /// The label of a field for a line to the other side. It is sent as [`REMARK`].
    pub remark: Option<String>,
    /// Whether it takes something away for good.
    pub is_danger: bool,
}

/// The name of the field for a line to the other side.
pub const REMARK: &str = "remark";
const REMARK_MAX_CHARS: &str = "500";

/// A submit button like [`SubmitButton`](super::submit::SubmitButton). While there is a `question`, it opens it, unless a
/// field is not filled in yet.
#[component]
pub fn ConfirmedSubmit(
    #[prop(into)] pending: Signal<bool>,
    #[prop(default = "")] class: &'static str,
    #[prop(into)] question: Signal<Option<Question>>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let is_open = RwSignal::new(false);
    // What is written to the other side stays until the form is gone: the attempt may fail.
    let remark_text = RwSignal::new(String::new());
    let press = move |event: MouseEvent| {
        if pending.get_untracked() || is_repeated(&event) {
            event.prevent_default();
        } else if question.with_untracked(Option::is_some)
            && !is_form_incomplete(&event)
            && let Some(dialog) = node.get_untracked()
        {
            event.prevent_default();
            is_open.set(true);
            drop(dialog.show_modal());
        }
    };
    // The button that was pressed still has to send its form.
    let close = move || {
        request_animation_frame(move || {
            if let Some(dialog) = node.get_untracked() {
                dialog.close();
            }
        });
    };
    view! {
        <button
            type="submit"
            class=format!("button {class}")
            aria-busy=move || pending.get().then_some("true")
            on:click=press
        >
            <span class="button__work"><Icon name="spinner"/></span>
            {children()}
        </button>
        <dialog
            class="ask"
            node_ref=node
            aria-label=move || question.get().map(|question| question.title)
            on:close=move |_| is_open.set(false)
        >
            {reactive_view(move || {
                let Question { title, text, verb, keep, remark, is_danger } = question.get().filter(|_| is_open.get())?;
                Some(view! {
                    <h2>{title}</h2>
                    <p>{text}</p>
                    {remark.map(|label| view! {
                        <label class="ask__remark">
                            {label}
                            <textarea
                                class="input"
                                name=REMARK
                                rows="2"
                                maxlength=REMARK_MAX_CHARS
                                prop:value=remark_text.get_untracked()
                                on:input=move |event| remark_text.set(event_target_value(&event))
                            ></textarea>
                        </label>
                    }.into_any())}
                    <div class="ask__acts">
                        <button type="button" class="button" on:click=move |_| close()>{keep}</button>
                        <button
                            type="submit"
                            class="button"
                            class:button--danger=is_danger
                            class:button--main=!is_danger
                            on:click=move |event| if is_repeated(&event) { event.prevent_default() } else { close() }
                        >
                            {verb}
                        </button>
                    </div>
                }.into_any())
            })}
        </dialog>
    }
}

/// Whether the form of the pressed button checks its fields itself and would refuse them: then there is nothing to ask.
fn is_form_incomplete(event: &MouseEvent) -> bool {
    let button = event.current_target().and_then(|button| button.dyn_into::<Element>().ok());
    button.is_some_and(|button| button.closest("form:invalid") != Ok(None))
}
