//! Text field of the composer: its state, its note and its height.

use leptos::{html, prelude::*};

use crate::{
    shared::{errors::ApiError, messages::body::BODY_MAX_CHARS, words},
    ui::components::reactive_view,
};

/// The counter is shown above this number of characters.
const NEAR_MAX_CHARS: usize = BODY_MAX_CHARS - 500;

/// The state of the text field. The text itself is only in the textarea.
#[derive(Clone, Copy)]
pub struct ComposerField {
    pub node: NodeRef<html::Textarea>,
    pub chars: RwSignal<usize>,
    pub is_blank: RwSignal<bool>,
    pub error: RwSignal<Option<ApiError>>,
}

impl ComposerField {
    /// Reads the text, and adapts the height of the field.
    pub fn read(self, node: &web_sys::HtmlTextAreaElement) {
        let text = node.value();
        self.chars.set(text.chars().count());
        self.is_blank.set(text.trim().is_empty());
        autosize(node);
    }

    /// Hides the error after the text has changed.
    pub fn clear_error(self) {
        if self.error.with_untracked(Option::is_some) {
            self.error.set(None);
        }
    }

    pub fn focus(self) {
        if let Some(node) = self.node.get_untracked() {
            focus(&node);
        }
    }

    pub fn is_over(self) -> bool {
        self.chars.get() > BODY_MAX_CHARS
    }

    pub fn has_note(self) -> bool {
        self.chars.get() > NEAR_MAX_CHARS || self.error.with(Option::is_some)
    }
}

/// Why the message can't be sent, and the number of characters.
#[component]
pub fn FieldNote(field: ComposerField) -> impl IntoView {
    let alert = move || {
        if let Some(error) = field.error.get() {
            return Some(error.message);
        }
        let over = field.chars.get().saturating_sub(BODY_MAX_CHARS);
        (over > 0).then(|| words::composer_too_long(over as u64))
    };
    reactive_view(move || {
        field.has_note().then(|| {
            view! {
                <p class="composer__note" id="composer-note" class:composer__note--over=move || field.is_over()>
                    <span role="alert">{alert}</span>
                    <span class="number">{move || format!("{} / {BODY_MAX_CHARS}", field.chars.get())}</span>
                </p>
            }.into_any()
        })
    })
}

/// Sets the height of the field to that of its text, for browsers without `field-sizing`. The style sheet
/// bounds it.
fn autosize(node: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(node);
    if js_sys::Reflect::has(&style, &"fieldSizing".into()).unwrap_or(false) {
        return;
    }
    let is_set = style
        .set_property("block-size", "auto")
        .and_then(|()| style.set_property("block-size", &format!("{}px", node.scroll_height())));
    debug_assert!(is_set.is_ok());
}

pub fn focus(node: &web_sys::HtmlTextAreaElement) {
    let is_focused = node.focus();
    debug_assert!(is_focused.is_ok());
}
