//! List of the viewer's API tokens, with a button to revoke each.

use std::str::FromStr;

use leptos::prelude::*;

use crate::{
    api::users::api_tokens::revoke_token,
    shared::{
        errors::ApiError,
        ids::TokenId,
        users::api_tokens::{AccessToken, Scopes},
        values::text::capitalised,
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
        return view! { <p class="muted">"You have no tokens."</p> }.into_any();
    }
    let rows =
        tokens.into_iter().map(|token| view! { <TokenRow token on_revoke/> }.into_any()).collect_view();
    view! { <ul class="access-tokens" aria-label="Your tokens">{rows}</ul> }.into_any()
}

#[component]
fn TokenRow(token: AccessToken, on_revoke: impl Fn(TokenId) + Copy + Send + Sync + 'static) -> impl IntoView {
    let AccessToken { id, name, scopes, created_at, used_at } = token;
    view! {
        <li>
            <div>
                <b class="cut" dir="auto" title=name.clone()>{name.clone()}</b>
                <p>{scopes_text(scopes)}</p>
                <p class="muted">
                    "Made "
                    <LocalTime at=created_at style=TimeStyle::Relative/>
                    {match used_at {
                        Some(at) => view! { " · used "<LocalTime at style=TimeStyle::Relative/> }.into_any(),
                        None => view! { " · never used" }.into_any(),
                    }}
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
            toasts.show("Revoked. It opens nothing any more.");
            on_revoke(token);
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = TokenId::from_str(&fields.text("token_id")).map_err(|_| ApiError::not_found("token"))?;
            revoke_token(id).await.map(|()| String::new())
        })
    };
    let question = Signal::stored(Some(Question {
        title: format!("Revoke “{name}”?"),
        text: "Programs that use it are shut out at once. This can’t be undone.".to_owned(),
        verb: "Revoke token",
        keep: "Keep it",
        remark: None,
        is_danger: true,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="token_id" value=token.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small button--danger" question>
                "Revoke"
                <span class="visually-hidden">" "{name}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}

/// The scopes as text, such as "Reads and writes system messages".
fn scopes_text(scopes: Scopes) -> String {
    let Scopes { read, write, system, notify } = scopes;
    let words =
        [(read, "reads"), (write, "writes"), (system, "writes system messages"), (notify, "notifies people")];
    let words: Vec<_> = words.into_iter().filter_map(|(is_in, word)| is_in.then_some(word)).collect();
    let text = match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, [one])) => format!("{one} and {last}"),
        Some((last, first)) => format!("{}, and {last}", first.join(", ")),
        None => String::new(),
    };
    capitalised(&text)
}
