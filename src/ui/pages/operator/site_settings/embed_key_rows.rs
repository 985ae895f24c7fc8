//! The list of embed keys, with a button to revoke each.

use std::str::FromStr;

use leptos::prelude::*;

use crate::{
    api::operators::embed_keys::revoke_embed_key,
    shared::{
        errors::{ApiError, Missing},
        ids::EmbedKeyId,
        operators::embed_keys::EmbedKey,
        values::time::Timestamp,
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, TimeStyle,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            form::{CommandFuture, Fields},
        },
        use_toasts,
    },
};

#[component]
pub fn KeyRows(keys: Vec<EmbedKey>, on_revoke: Callback<()>) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="muted">{words::embed_keys_empty()}</p> }.into_any();
    }
    let rows = keys.into_iter().map(|key| view! { <KeyRow key on_revoke/> }.into_any()).collect_view();
    view! { <ul class="access-tokens" aria-label=words::embed_keys_label()>{rows}</ul> }.into_any()
}

#[component]
fn KeyRow(key: EmbedKey, on_revoke: Callback<()>) -> impl IntoView {
    let EmbedKey { id, issuer, algorithm, address, created_at, used_at, revoked_at } = key;
    let named = address.unwrap_or_else(|| id.to_string());
    let last = match (revoked_at, used_at) {
        (Some(at), _) => when(&words::embed_keys_revoked(words::HOLE), at),
        (None, Some(at)) => when(&words::embed_keys_used(words::HOLE), at),
        (None, None) => words::embed_keys_never_used().into_any(),
    };
    view! {
        <li>
            <div>
                <b class="cut">{issuer.clone()}</b>
                <p><code>{named}</code> " · " {algorithm.as_str()}</p>
                <p class="muted">{when(&words::embed_keys_made(words::HOLE), created_at)} " · " {last}</p>
            </div>
            {revoked_at.is_none().then(|| view! { <RevokeButton id issuer on_revoke/> }.into_any())}
        </li>
    }
}

/// A text with a time in it.
fn when(text: &str, at: Timestamp) -> AnyView {
    let [before, after] = words::around(text);
    view! { {before} <LocalTime at style=TimeStyle::Relative/> {after} }.into_any()
}

#[component]
fn RevokeButton(id: EmbedKeyId, issuer: String, on_revoke: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/revoke_embed_key");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::embed_keys_gone());
            on_revoke.run(());
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = EmbedKeyId::from_str(&fields.text("key_id"))
                .map_err(|_| ApiError::not_found(Missing::Page))?;
            revoke_embed_key(id).await.map(|()| String::new())
        })
    };
    let question = Signal::stored(Some(Question {
        title: words::embed_keys_ask_title(&issuer),
        text: words::embed_keys_ask_text().to_owned(),
        verb: words::embed_keys_ask_yes(),
        keep: words::common_keep_it(),
        remark: None,
        is_danger: true,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="key_id" value=id.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small button--danger" question>
                {words::embed_keys_revoke()}
                <span class="visually-hidden">" "{issuer}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}
