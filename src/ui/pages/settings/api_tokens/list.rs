//! List of the viewer's API tokens, with a button to revoke each.

use std::str::FromStr;

use leptos::prelude::*;

use crate::{
    api::users::api_tokens::revoke_token,
    shared::{
        errors::{ApiError, Missing},
        ids::TokenId,
        users::api_tokens::{AccessToken, Scopes},
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
pub fn TokenRows(
    tokens: Vec<AccessToken>,
    on_revoke: impl Fn(TokenId) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <p class="muted">{words::api_token_list_empty()}</p> }.into_any();
    }
    let rows =
        tokens.into_iter().map(|token| view! { <TokenRow token on_revoke/> }.into_any()).collect_view();
    view! { <ul class="access-tokens" aria-label=words::api_token_list_label()>{rows}</ul> }.into_any()
}

#[component]
fn TokenRow(token: AccessToken, on_revoke: impl Fn(TokenId) + Copy + Send + Sync + 'static) -> impl IntoView {
    let AccessToken { id, name, scopes, created_at, used_at, expires_at } = token;
    let [before, after] = words::around(&words::api_token_made(words::HOLE));
    view! {
        <li>
            <div>
                <b class="cut" dir="auto" title=name.clone()>{name.clone()}</b>
                <p>{scopes_text(scopes)}</p>
                <p class="muted">
                    {before} <LocalTime at=created_at style=TimeStyle::Relative/> {after} " · "
                    {match used_at {
                        Some(at) => {
                            let [before, after] = words::around(&words::settings_last_used(words::HOLE));
                            view! { {before} <LocalTime at style=TimeStyle::Relative/> {after} }.into_any()
                        }
                        None => words::api_token_never_used().into_any(),
                    }}
                    {expires_at.map(|at| {
                        let [before, after] = words::around(&words::api_token_ends(words::HOLE));
                        view! { " · " {before} <LocalTime at style=TimeStyle::Exact/> {after} }.into_any()
                    })}
                </p>
            </div>
            <RevokeButton token=id name on_revoke/>
        </li>
    }
}

#[component]
fn RevokeButton(
    token: TokenId,
    name: String,
    on_revoke: impl Fn(TokenId) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/revoke_token");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::api_token_revoked());
            on_revoke(token);
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = TokenId::from_str(&fields.text("token_id"))
                .map_err(|_| ApiError::not_found(Missing::Token))?;
            revoke_token(id).await.map(|()| String::new())
        })
    };
    let question = Signal::stored(Some(Question {
        title: words::api_token_ask_revoke_title(&name),
        text: words::api_token_ask_revoke_text().to_owned(),
        verb: words::api_token_ask_revoke_yes(),
        keep: words::common_keep_it(),
        remark: None,
        is_danger: true,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="token_id" value=token.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small button--danger" question>
                {words::api_token_revoke()}
                <span class="visually-hidden">" "{name}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}

/// The scopes as text, such as "Reads and writes system messages".
fn scopes_text(scopes: Scopes) -> String {
    let events = [
        (scopes.events, words::api_token_may_events()),
        (scopes.event_texts, words::api_token_may_event_texts()),
        (scopes.manage, words::api_token_may_manage()),
    ];
    let usual = Some(usual_scopes_text(scopes)).filter(|text| !text.is_empty());
    let events = events.into_iter().filter_map(|(has, text)| has.then_some(text));
    usual.into_iter().chain(events).collect::<Vec<_>>().join(" · ")
}

fn usual_scopes_text(scopes: Scopes) -> &'static str {
    let Scopes { read, write, system, notify, .. } = scopes;
    match (read, write, system, notify) {
        (false, false, false, false) => "",
        (true, false, false, false) => words::api_token_may_read(),
        (false, true, false, false) => words::api_token_may_write(),
        (true, true, false, false) => words::api_token_may_read_write(),
        (false, false, true, false) => words::api_token_may_system(),
        (true, false, true, false) => words::api_token_may_read_system(),
        (false, true, true, false) => words::api_token_may_write_system(),
        (true, true, true, false) => words::api_token_may_read_write_system(),
        (false, false, false, true) => words::api_token_may_notify(),
        (true, false, false, true) => words::api_token_may_read_notify(),
        (false, true, false, true) => words::api_token_may_write_notify(),
        (true, true, false, true) => words::api_token_may_read_write_notify(),
        (false, false, true, true) => words::api_token_may_system_notify(),
        (true, false, true, true) => words::api_token_may_read_system_notify(),
        (false, true, true, true) => words::api_token_may_write_system_notify(),
        (true, true, true, true) => words::api_token_may_all(),
    }
}
