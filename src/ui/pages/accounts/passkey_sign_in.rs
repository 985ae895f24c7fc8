//! The button that signs in with a passkey. It needs a script, so it is seen after hydration, where the browser has passkeys; its
//! place is kept until then.

use leptos::{prelude::*, task::spawn_local};

use super::layout::{continue_at, use_next};
use crate::{
    api::users::second_factor::{begin_passkey_sign_in, complete_passkey_sign_in},
    browser::{
        environment::time_zone,
        passkeys::{self, Ceremony},
    },
    shared::{errors::Result, words},
    ui::components::SubmitButton,
};

#[component]
pub fn PasskeySignIn() -> impl IntoView {
    let is_supported = RwSignal::new(None::<bool>);
    Effect::new(move |_| is_supported.set(Some(passkeys::is_supported())));
    let (is_pending, refusal) = (RwSignal::new(false), RwSignal::new(String::new()));
    let next = use_next();
    let sign_in = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        is_pending.set(true);
        refusal.set(String::new());
        let next = next.get_untracked();
        spawn_local(async move {
            let answer = sign_in(next).await;
            is_pending.try_set(false);
            match answer {
                Ok(Some(next)) => continue_at(&next),
                Ok(None) => drop(refusal.try_set(words::accounts_passkey_none().to_owned())),
                Err(error) => drop(refusal.try_set(error.message)),
            }
        });
    };
    view! {
        <form
            class="account__passkey"
            class:account__passkey--ready=move || is_supported.get() == Some(true)
            hidden=move || is_supported.get() == Some(false)
            on:submit=sign_in
        >
            <SubmitButton pending=is_pending class="button--large button--wide">{words::accounts_passkey()}</SubmitButton>
            <p role="status">{move || refusal.get()}</p>
        </form>
    }
}

/// The path to continue at. `None` if nothing came of it.
async fn sign_in(next: Option<String>) -> Result<Option<String>> {
    let options = begin_passkey_sign_in().await?;
    let Some(credential) = passkeys::ask(Ceremony::Get, &options).await else { return Ok(None) };
    complete_passkey_sign_in(credential, next, time_zone()).await.map(Some)
}
