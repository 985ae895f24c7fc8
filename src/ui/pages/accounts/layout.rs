//! Auth layout: the frame around the sign-in and sign-up forms, and the redirect to the `next` page
//! afterwards.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::{
    components::{Attempt, guard::encode_query_value, reactive_view},
    shell::Brand,
};

/// The form on one side, a picture on the other where the screen has room for it.
#[component]
pub fn AuthLayout(title: &'static str, #[prop(into)] text: String, children: Children) -> impl IntoView {
    view! {
        <div class="account">
            <div class="account__side">
                <header><Brand/></header>
                <main class="account__page" id="main">
                    <div>
                        <h1>{title}</h1>
                        <p>{text}</p>
                    </div>
                    {children()}
                </main>
            </div>
            <div class="account__picture">
                <img src="/colonnade.svg" alt="" width="640" height="800"/>
            </div>
        </div>
    }
}

/// Hidden field with the path of the next page, so that a post without script redirects there too.
#[component]
pub fn NextField() -> impl IntoView {
    let next = use_next();
    reactive_view(move || {
        next.get().map(|next| view! { <input type="hidden" name="next" value=next/> }.into_any())
    })
}

/// Link from sign-in to sign-up and back. It carries `next` along.
pub fn href_with_next(path: &'static str) -> Signal<String> {
    let next = use_next();
    Signal::derive(move || match next.get() {
        Some(next) => format!("{path}?next={}", encode_query_value(&next)),
        None => path.to_owned(),
    })
}

/// Once the attempt has succeeded, loads the page that its answer names, in full: everything there may depend on the viewer.
pub fn redirect_when_done(attempt: Attempt) {
    Effect::new(move |_| {
        if let Some(Ok(next)) = attempt.answer.get() {
            continue_at(&next);
        }
    });
}

/// Loads a page in full.
pub fn continue_at(path: &str) {
    let gone = window().location().assign(path);
    debug_assert!(gone.is_ok());
}

/// What viewers are led to an account for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To write to the host of a listing.
    Contact,
    Book,
}

/// What the viewer was about to do when they were led here.
pub fn use_purpose() -> Option<Purpose> {
    let next = use_next().get_untracked()?;
    if next.contains("contact=1") {
        Some(Purpose::Contact)
    } else {
        next.contains("starts_on=").then_some(Purpose::Book)
    }
}

/// The path of the page to continue at.
pub fn use_next() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("next")))
}
