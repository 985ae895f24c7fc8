//! The viewer's passkeys: making one, which needs a script, and removing them.

use std::str::FromStr;

use leptos::prelude::*;

use super::PasswordForm;
use crate::{
    api::users::second_factor::{begin_passkey, finish_passkey, remove_passkey},
    browser::passkeys::{self, Ceremony},
    shared::{
        errors::{ApiError, Missing},
        ids::PasskeyId,
        users::second_factor::ListedPasskey,
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, TimeStyle,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            form::{CommandFuture, Fields},
            reauthentication::reauthenticate,
        },
        reactive_view, use_toasts,
    },
};

#[component]
pub fn Passkeys(passkeys: Vec<ListedPasskey>, on_change: Callback<String>) -> impl IntoView {
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| is_ready.set(passkeys::is_supported()));
    let rows = passkeys.into_iter().map(|passkey| view! { <PasskeyRow passkey on_change/> }.into_any());
    let rows: Vec<_> = rows.collect();
    view! {
        {(!rows.is_empty()).then(|| view! { <ul class="sessions" aria-label=words::second_factor_passkeys()>{rows}</ul> }.into_any())}
        {reactive_view(move || is_ready.get().then(|| view! { <AddForm on_change/> }.into_any()))}
    }
    .into_any()
}

#[component]
fn AddForm(on_change: Callback<String>) -> impl IntoView {
    view! {
        <details>
            <summary>{words::second_factor_passkey_add()}</summary>
            <p>{words::second_factor_passkey_text()}</p>
            <PasswordForm
                path="/rpc/begin_passkey"
                field=&["passkey_password"]
                verb=words::second_factor_passkey_make()
                command=|password| Box::pin(add(password))
                on_change
            />
        </details>
    }
}

async fn add(password: String) -> Result<String, ApiError> {
    let options = begin_passkey(password).await?;
    match passkeys::ask(Ceremony::Create, &options).await {
        Some(credential) => finish_passkey(credential).await,
        None => Err(ApiError::conflict(words::second_factor_passkey_none())),
    }
}

#[component]
fn PasskeyRow(passkey: ListedPasskey, on_change: Callback<String>) -> impl IntoView {
    let ListedPasskey { id, name, created_at, used_at } = passkey;
    let [before, after] = words::around(&words::api_token_made(words::HOLE));
    view! {
        <li>
            <div>
                <b class="cut">{name.clone()}</b>
                <p class="muted">
                    {before} <LocalTime at=created_at style=TimeStyle::Relative/> {after}
                    {used_at.map(|at| {
                        let [before, after] = words::around(&words::settings_last_used(words::HOLE));
                        view! { " · " {before} <LocalTime at style=TimeStyle::Relative/> {after} }.into_any()
                    })}
                </p>
            </div>
            <RemoveButton id name on_change/>
        </li>
    }
}

#[component]
fn RemoveButton(id: PasskeyId, name: String, on_change: Callback<String>) -> impl IntoView {
    let attempt = Attempt::one_of_many("/rpc/remove_passkey");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::second_factor_passkey_removed());
            on_change.run(String::new());
        }
        Some(Err(error)) if !reauthenticate(&error) => toasts.error(error.message),
        _ => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = PasskeyId::from_str(&fields.text("passkey_id"))
                .map_err(|_| ApiError::not_found(Missing::Token))?;
            remove_passkey(id).await.map(|()| String::new())
        })
    };
    let question = Signal::stored(Some(Question {
        title: words::second_factor_passkey_ask_title(&name),
        text: words::second_factor_passkey_ask_text().to_owned(),
        verb: words::second_factor_passkey_ask_yes(),
        keep: words::common_keep_it(),
        remark: None,
        is_danger: true,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="passkey_id" value=id.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small button--danger" question>
                {words::second_factor_passkey_remove()}
                <span class="visually-hidden">" "{name}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}
