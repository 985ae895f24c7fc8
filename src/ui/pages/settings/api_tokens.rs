//! My access tokens, as a part of the settings: make one, see it once, revoke it.

use std::str::FromStr;

use leptos::{html, prelude::*};
use web_sys::{FocusEvent, HtmlInputElement};

use crate::shared::users::rank::Rank;
use crate::ui::components::not_found::Failed;
use crate::{
    api::users::api_tokens::{create_token, get_tokens, revoke_token},
    browser::environment::focus_soon,
    shared::{
        errors::{ApiError, ErrorCode},
        ids::TokenId,
        page::{payload::PagePayload, session::PageSession},
        users::api_tokens::{AccessToken, Scopes, TOKEN_NAME_MAX_CHARS, TokenList},
        values::text::capitalised,
    },
    ui::components::{
        Attempt, CommandForm, Fetched, Icon, Moment, MomentStyle, Skeleton, SubmitButton, TextField,
        changing, fetched,
        forms::{
            field::{FieldNotes, FormErrorLine, focus_on_error, message_for},
            form::{Fields, Sending},
        },
        use_toasts,
    },
};

/// `changes` is raised when a new password has ended all tokens.
#[component]
pub fn Tokens(changes: RwSignal<u32>) -> impl IntoView {
    let key = Signal::derive(move || changes.get().to_string());
    let mine = fetched(key, || Box::pin(async { PagePayload::Tokens(get_tokens().await) }));
    let made = RwSignal::new(None);
    let changed = move || mine.refetch();
    let section = NodeRef::<html::Section>::new();
    let revoked = move || {
        // The button that was pressed goes with its row.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        mine.refetch();
    };
    view! {
        <section class="card" id="tokens" aria-labelledby="tokens-title" tabindex="-1" node_ref=section>
            <h2 id="tokens-title">"Access tokens"</h2>
            <p>
                "A token lets a program of yours use the "
                <a class="link" href="/api/docs" rel="external">"API"</a>
                " in your name. Whoever has it can do what you allow it."
            </p>
            <NewToken made changed/>
            {changing(move || made.get().map(|token| view! { <MadeToken token/> }.into_any()))}
            <Fetched
                from=mine
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |found| match found.tokens() {
                    Ok(TokenList { tokens, made }) => {
                        view! {
                            {made.map(|token| view! { <MadeToken token/> }.into_any())}
                            <TokenRows tokens revoked/>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn NewToken(
    made: RwSignal<Option<String>>,
    changed: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // The same id on both sides, so that a post before and one after hydration make one token.
    let id = RwSignal::new(SharedValue::new(TokenId::new).into_inner());
    let rank = expect_context::<PageSession>().viewer.map(|viewer| viewer.rank).unwrap_or_default();
    let attempt = Attempt::at("/rpc/create_token");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> Sending {
        let (name, scopes) = (fields.text("token_name"), typed_scopes(&fields));
        Box::pin(async move {
            made.set(None);
            let answer = create_token(id.get_untracked(), name, scopes).await;
            if matches!(&answer, Err(error) if error.code != ErrorCode::Conflict) {
                return answer;
            }
            // After a conflict too: it was made and never shown, so it stands in the list to be revoked.
            id.set(TokenId::new());
            changed();
            made.set(Some(answer?));
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            Ok(String::new())
        })
    };
    let scopes_error = message_for(error, "scopes");
    view! {
        <CommandForm attempt node_ref=form send=Box::new(send)>
            <input type="hidden" name="token_id" value=move || id.get().to_string()/>
            <TextField
                name="token_name"
                label="It is for"
                hint="Like “Calendar”: a name to know it by."
                max=TOKEN_NAME_MAX_CHARS
                error
            />
            <fieldset class="field" aria-describedby=move || scopes_error.get().map(|_| "scopes-error")>
                <legend>"It may"</legend>
                <div class="choices">
                    <ScopeChoice name="scopes[read]" word="Read" is_checked=true/>
                    <ScopeChoice name="scopes[write]" word="Write" is_checked=false/>
                    {(rank != Rank::Member)
                        .then(|| {
                            view! {
                                <ScopeChoice name="scopes[system]" word="Write system messages" is_checked=false/>
                                <ScopeChoice name="scopes[notify]" word="Notify people" is_checked=false/>
                            }
                                .into_any()
                        })}
                </div>
                <FieldNotes field="scopes" message=scopes_error/>
            </fieldset>
            <FormErrorLine error fields=&["token_name", "scopes"]/>
            <SubmitButton pending=attempt.is_pending class="">
                <Icon name="plus"/>
                "Make a token"
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn ScopeChoice(name: &'static str, word: &'static str, is_checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="checkbox" name=name value="true" checked=is_checked/>
            <span>{word}</span>
        </label>
    }
}

/// A new token, this once. It takes the focus, which marks it whole: one key copies it.
#[component]
fn MadeToken(token: String) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            focus_soon(input.into());
        }
    });
    let mark = |event: FocusEvent| event_target::<HtmlInputElement>(&event).select();
    view! {
        <div class="made-token">
            <p>
                <label for="made-token"><b>"Copy your token now."</b></label>
                " We don’t keep it, so you can’t see it again."
            </p>
            <input
                class="input"
                id="made-token"
                node_ref=input
                value=token
                readonly
                autocomplete="off"
                spellcheck="false"
                on:focus=mark
            />
        </div>
    }
}

#[component]
fn TokenRows(tokens: Vec<AccessToken>, revoked: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <p class="muted">"You have no tokens."</p> }.into_any();
    }
    let rows = tokens.into_iter().map(|token| view! { <TokenRow token revoked/> }.into_any()).collect_view();
    view! { <ul class="access-tokens" aria-label="Your tokens">{rows}</ul> }.into_any()
}

#[component]
fn TokenRow(token: AccessToken, revoked: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let AccessToken { id, name, scopes, created_at, used_at } = token;
    view! {
        <li>
            <div>
                <b class="cut" dir="auto" title=name.clone()>{name.clone()}</b>
                <p>{words_of(scopes)}</p>
                <p class="muted">
                    "Made "
                    <Moment at=created_at style=MomentStyle::Relative/>
                    {match used_at {
                        Some(at) => view! { " · used "<Moment at style=MomentStyle::Relative/> }.into_any(),
                        None => view! { " · never used" }.into_any(),
                    }}
                </p>
            </div>
            <RevokeButton token=id name revoked/>
        </li>
    }
}

#[component]
fn RevokeButton(
    token: TokenId,
    name: String,
    revoked: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/revoke_token");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show("Revoked. It opens nothing any more.");
            revoked();
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> Sending {
        Box::pin(async move {
            let id = TokenId::from_str(&fields.text("token_id")).map_err(|_| ApiError::not_found("token"))?;
            revoke_token(id).await.map(|()| String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="token_id" value=token.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small button--danger">
                "Revoke"
                <span class="visually-hidden">" "{name}</span>
            </SubmitButton>
        </CommandForm>
    }
}

fn typed_scopes(fields: &Fields) -> Scopes {
    let is_in = |name| fields.optional(name).is_some();
    Scopes {
        read: is_in("scopes[read]"),
        write: is_in("scopes[write]"),
        system: is_in("scopes[system]"),
        notify: is_in("scopes[notify]"),
    }
}

/// "Reads, and writes system messages".
fn words_of(scopes: Scopes) -> String {
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
