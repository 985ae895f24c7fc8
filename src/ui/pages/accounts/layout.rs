//! What signing in and signing up share: the frame around the form, and going on afterwards.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::components::guard::encoded;
use crate::ui::{
    components::{Attempt, changing},
    shell::Brand,
};

/// The form on one side, the colonnade on the other where there is room.
#[component]
pub fn AccountFrame(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
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

/// The page to go on to, kept in the form.
#[component]
pub fn NextField() -> impl IntoView {
    let next = use_next();
    changing(move || {
        next.get().map(|next| view! { <input type="hidden" name="next" value=next/> }.into_any())
    })
}

/// The other page's address, with the same page to go on to.
pub fn other_door(path: &'static str) -> Signal<String> {
    let next = use_next();
    Signal::derive(move || match next.get() {
        Some(next) => format!("{path}?next={}", encoded(&next)),
        None => path.to_owned(),
    })
}

/// Once signed in, loads the next page afresh: everything on it depends on who one is.
pub fn go_on(attempt: Attempt) {
    Effect::new(move |_| {
        if let Some(Ok(next)) = attempt.answer.get() {
            let gone = window().location().assign(&next);
            debug_assert!(gone.is_ok());
        }
    });
}

fn use_next() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("next")))
}
