//! The field of a new password. While it is typed it says what the server would refuse, and that it is good.

use leptos::{ev::Event, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlInputElement};

use crate::{
    api::users::check_new_password,
    browser::timers::Timer,
    shared::{
        users::credentials::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS},
        words,
    },
    ui::components::{TextField, forms::field::FormError},
};

/// The pause in typing after which the server is asked.
const PAUSE_MS: i32 = 500;

/// What is known of the password that is typed.
#[derive(Clone, PartialEq, Eq)]
enum Verdict {
    Good,
    Refused(String),
}

#[component]
pub fn NewPasswordField(name: &'static str, label: &'static str, error: FormError) -> impl IntoView {
    let verdict = RwSignal::new(None::<Verdict>);
    let timer = StoredValue::new(Timer::default());
    let typed = move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        verdict.set(None);
        if input.value().chars().count() < PASSWORD_MIN_CHARS {
            return timer.update_value(Timer::clear);
        }
        timer.update_value(|timer| timer.set(PAUSE_MS, move || ask(input, verdict)));
    };
    view! {
        <div class="new-password" on:input=typed>
            <TextField
                name
                label
                kind="password"
                hint=words::accounts_sign_up_password_hint(PASSWORD_MIN_CHARS as u64)
                autocomplete="new-password"
                min=PASSWORD_MIN_CHARS
                max=PASSWORD_MAX_CHARS
                error
            />
            <p class="new-password__verdict" class:new-password__verdict--good=move || verdict.get() == Some(Verdict::Good) role="status">
                {move || match verdict.get() {
                    None => String::new(),
                    Some(Verdict::Good) => words::accounts_password_good().to_owned(),
                    Some(Verdict::Refused(why)) => why,
                }}
            </p>
        </div>
    }
}

/// Asks the server about what is typed, with the name and address beside it.
fn ask(input: HtmlInputElement, verdict: RwSignal<Option<Verdict>>) {
    let password = input.value();
    let fields = input.form().and_then(|form| FormData::new_with_form(&form).ok());
    let field =
        |name: &str| fields.as_ref().and_then(|fields| fields.get(name).as_string()).unwrap_or_default();
    let (name, email) = (field("name"), field("email"));
    spawn_local(async move {
        let answer = check_new_password(password.clone(), name, email).await;
        // Not of what was typed before, and nothing where it can't be said.
        if input.value() == password
            && let Ok(refusal) = answer
        {
            verdict.try_set(Some(refusal.map_or(Verdict::Good, Verdict::Refused)));
        }
    });
}
