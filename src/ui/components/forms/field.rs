//! Form fields: a labelled input with its hint and its error. Inputs are uncontrolled, so that text that was
//! typed before hydration or before an error came back stays.

use leptos::{html, prelude::*};

use super::incomplete_fields::{INPUT_ID_SUFFIX, IncompleteFields};
use crate::shared::{errors::ApiError, values::text::escape_raw_element, words};
use crate::ui::components::{Icon, reactive_view};

/// The error of a form, if its last attempt failed.
pub type FormError = Signal<Option<ApiError>>;

#[component]
pub fn TextField(
    /// The name of the input.
    name: &'static str,
    label: &'static str,
    error: FormError,
    /// Its name in [`ApiError::field`]; defaults to `name`.
    #[prop(optional)]
    field: Option<&'static str>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(into, default = String::new())] value: String,
    #[prop(into, default = String::new())] hint: String,
    #[prop(default = 200)] max: usize,
    #[prop(default = 0)] min: usize,
    /// It may stay empty.
    #[prop(optional)]
    is_optional: bool,
    #[prop(optional)] inputmode: Option<&'static str>,
    /// Validated by the browser where no script runs: a round trip to the server would lose the typed text.
    #[prop(optional)]
    pattern: Option<&'static str>,
) -> impl IntoView {
    let field = field.unwrap_or(name);
    let message = message_for(error, field);
    let is_secret = kind == "password";
    let is_shown = RwSignal::new(false);
    view! {
        <div class="field" class:field--secret=is_secret>
            <label for=input_id(field)>{label}</label>
            <input
                class="input"
                id=input_id(field)
                name=name
                type=move || if is_shown.get() { "text" } else { kind }
                value=value
                autocomplete=autocomplete
                autocapitalize=(kind != "text").then_some("none")
                inputmode=inputmode
                pattern=pattern
                maxlength=max.to_string()
                minlength=(min > 0).then(|| min.to_string())
                required=!is_optional
                aria-invalid=move || message.get().is_some().then_some("true")
                aria-describedby=described_by(field, !hint.is_empty(), message)
            />
            {is_secret.then(|| view! { <ShowSecret is_shown/> }.into_any())}
            <FieldNotes field hint message/>
        </div>
    }
}

/// Toggles the visibility of a password. Rendered after hydration, since it needs the script.
#[component]
fn ShowSecret(is_shown: RwSignal<bool>) -> impl IntoView {
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| is_ready.set(true));
    reactive_view(move || {
        is_ready.get().then(|| {
            view! {
                <button
                    class="button button--icon field__show"
                    type="button"
                    aria-label=words::form_show_secret()
                    aria-pressed=move || is_shown.get().to_string()
                    on:click=move |_| is_shown.update(|is_shown| *is_shown = !*is_shown)
                >
                    <Icon name="eye"/>
                </button>
            }
            .into_any()
        })
    })
}

/// A [`TextField`] of several lines.
#[component]
pub fn AreaField(
    name: &'static str,
    label: &'static str,
    error: FormError,
    #[prop(optional)] field: Option<&'static str>,
    #[prop(into, default = String::new())] value: String,
    #[prop(into, default = String::new())] hint: String,
    #[prop(default = 5_000)] max: usize,
) -> impl IntoView {
    let field = field.unwrap_or(name);
    let message = message_for(error, field);
    view! {
        <div class="field">
            <label for=input_id(field)>{label}</label>
            <textarea
                class="input input--area"
                id=input_id(field)
                name=name
                rows="7"
                maxlength=max.to_string()
                required
                aria-invalid=move || message.get().is_some().then_some("true")
                aria-describedby=described_by(field, !hint.is_empty(), message)
            >
                {if is_server() { escape_raw_element(&value) } else { value }}
            </textarea>
            <FieldNotes field hint message/>
        </div>
    }
}

/// The hint and the error below an input or a group of radio buttons.
#[component]
pub fn FieldNotes(
    field: &'static str,
    #[prop(into, default = String::new())] hint: String,
    message: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        {(!hint.is_empty()).then(|| view! { <p class="field__hint" id=format!("{field}-hint")>{hint}</p> }.into_any())}
        {move || message.get().map(|message| view! { <ErrorLine id=format!("{field}-error") message/> }.into_any())}
    }
}

/// The error of the form, unless it belongs to one of `fields`, which show it themselves. Where several are not filled in
/// it says how many, to a screen reader.
#[component]
pub fn FormErrorLine(error: FormError, fields: &'static [&'static str]) -> impl IntoView {
    let incomplete = use_context::<IncompleteFields>();
    let summary = reactive_view(move || {
        let incomplete = incomplete?;
        // A group of choices of which none is chosen is the form's own to find.
        let is_other = |field: &str| fields.contains(&field) && incomplete.message(field).is_none();
        let has_other =
            error.with(|error| error.as_ref().and_then(|error| error.field.as_deref()).is_some_and(is_other));
        let summary = incomplete.summary(has_other.into())?;
        Some(view! { <p class="visually-hidden" role="alert">{summary}</p> }.into_any())
    });
    let line = reactive_view(move || {
        error
            .get()
            .filter(|error| !error.field.as_deref().is_some_and(|field| fields.contains(&field)))
            .map(|error| view! { <ErrorLine id="form-error".to_owned() message=error.message/> }.into_any())
    });
    view! { {line} {summary} }
}

#[component]
fn ErrorLine(id: String, message: String) -> impl IntoView {
    view! {
        <p class="field__error" id=id role="alert">
            <Icon name="alert" class="icon--16"/>
            {message}
        </p>
    }
}

/// The error message of one field; `None` if the error belongs to another field or to none.
pub fn message_for(error: FormError, field: &'static str) -> Signal<Option<String>> {
    let incomplete = use_context::<IncompleteFields>();
    Signal::derive(move || {
        let refused = || {
            error.with(|error| {
                let error = error.as_ref().filter(|error| error.field.as_deref() == Some(field))?;
                Some(error.message.clone())
            })
        };
        incomplete.and_then(|incomplete| incomplete.message(field)).or_else(refused)
    })
}

/// Moves the focus to the first invalid input after a failed attempt. Also turns off the browser's own
/// validation bubbles, which serve users without script: this form shows its errors inline.
pub fn focus_on_error(form: NodeRef<html::Form>, error: FormError) {
    Effect::new(move |_| {
        let Some(form) = form.get() else { return };
        form.set_no_validate(true);
        if error.with(Option::is_none) {
            return;
        }
        request_animation_frame(move || {
            use wasm_bindgen::JsCast;
            let wrong = form.query_selector("[aria-invalid=true]").ok().flatten();
            if let Some(input) = wrong.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                let is_focused = input.focus();
                debug_assert!(is_focused.is_ok());
            }
        });
    });
}

fn input_id(field: &str) -> String {
    format!("{field}{INPUT_ID_SUFFIX}")
}

fn described_by(
    field: &'static str,
    has_hint: bool,
    message: Signal<Option<String>>,
) -> impl Fn() -> Option<String> {
    move || match (message.get().is_some(), has_hint) {
        (true, _) => Some(format!("{field}-error")),
        (false, true) => Some(format!("{field}-hint")),
        (false, false) => None,
    }
}
