//! Form to create an API token.

use leptos::{html, prelude::*};

use crate::{
    api::users::api_tokens::create_token,
    shared::{
        errors::ErrorCode,
        ids::TokenId,
        page::session::PageSession,
        users::{
            api_tokens::{Scopes, TOKEN_NAME_MAX_CHARS, TokenLifetime},
            credentials::PASSWORD_MAX_CHARS,
            rank::Rank,
        },
        words,
    },
    ui::components::{
        Attempt, CommandForm, Icon, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormErrorLine, focus_on_error, message_for},
            form::{CommandFuture, Fields},
        },
    },
};

#[component]
pub fn CreateTokenForm(
    created: RwSignal<Option<(TokenId, String)>>,
    on_create: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = RwSignal::new(SharedValue::new(TokenId::new).into_inner());
    let (rank, email) =
        expect_context::<PageSession>().viewer.map(|viewer| (viewer.rank, viewer.email)).unwrap_or_default();
    let attempt = Attempt::at("/rpc/create_token");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let (name, scopes) = (fields.text("token_name"), chosen_scopes(&fields));
        let (password, lifetime) =
            (fields.text("token_password"), TokenLifetime::parse(&fields.text("token_lifetime")));
        Box::pin(async move {
            created.set(None);
            let made = id.get_untracked();
            let answer = create_token(made, name, password, scopes, lifetime).await;
            if matches!(&answer, Err(error) if error.code != ErrorCode::Conflict) {
                return answer;
            }
            // After a conflict too: an earlier attempt created the token and its answer was lost. Nobody has
            // seen the token, so the list shows it to be revoked.
            id.set(TokenId::new());
            on_create();
            created.set(Some((made, answer?)));
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
            // For password managers, which otherwise don't know whose password it is.
            <input type="hidden" name="email" autocomplete="username" value=email/>
            <TextField
                name="token_name"
                label=words::api_token_name()
                hint=words::api_token_name_hint()
                max=TOKEN_NAME_MAX_CHARS
                error
            />
            <fieldset class="field" aria-describedby=move || scopes_error.get().map(|_| "scopes-error")>
                <legend>{words::api_token_scopes()}</legend>
                <div class="choices">
                    <ScopeChoice name="scopes[read]" word=words::api_token_scope_read() is_checked=true/>
                    <ScopeChoice name="scopes[write]" word=words::api_token_scope_write() is_checked=false/>
                    {(rank != Rank::Member)
                        .then(|| {
                            view! {
                                <ScopeChoice name="scopes[system]" word=words::api_token_scope_system() is_checked=false/>
                                <ScopeChoice name="scopes[notify]" word=words::api_token_scope_notify() is_checked=false/>
                            }
                                .into_any()
                        })}
                    {(rank == Rank::Admin)
                        .then(|| {
                            view! {
                                <ScopeChoice name="scopes[events]" word=words::api_token_scope_events() is_checked=false/>
                                <ScopeChoice name="scopes[event_texts]" word=words::api_token_scope_event_texts() is_checked=false/>
                                <ScopeChoice name="scopes[manage]" word=words::api_token_scope_manage() is_checked=false/>
                            }
                                .into_any()
                        })}
                </div>
                <FieldNotes field="scopes" message=scopes_error/>
            </fieldset>
            <fieldset class="field">
                <legend>{words::api_token_lifetime()}</legend>
                <div class="choices">
                    {TokenLifetime::ALL.map(|lifetime| view! { <LifetimeChoice lifetime/> }.into_any()).collect_view()}
                </div>
            </fieldset>
            <TextField
                name="token_password"
                label=words::api_token_password()
                kind="password"
                autocomplete="current-password"
                hint=words::api_token_password_hint()
                max=PASSWORD_MAX_CHARS
                error
            />
            <FormErrorLine error fields=&["token_name", "scopes", "token_password"]/>
            <SubmitButton pending=attempt.is_pending class="">
                <Icon name="plus"/>
                {words::api_token_make()}
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

#[component]
fn LifetimeChoice(lifetime: TokenLifetime) -> impl IntoView {
    let label = match lifetime.days() {
        Some(days) => words::api_token_lifetime_days(days.unsigned_abs()),
        None => words::api_token_lifetime_none().to_owned(),
    };
    let is_default = lifetime == TokenLifetime::default();
    view! {
        <label class="choice">
            <input type="radio" name="token_lifetime" value=lifetime.as_str() checked=is_default/>
            <span>{label}</span>
        </label>
    }
}

fn chosen_scopes(fields: &Fields) -> Scopes {
    let is_in = |name| fields.optional(name).is_some();
    Scopes {
        read: is_in("scopes[read]"),
        write: is_in("scopes[write]"),
        system: is_in("scopes[system]"),
        notify: is_in("scopes[notify]"),
        events: is_in("scopes[events]"),
        event_texts: is_in("scopes[event_texts]"),
        manage: is_in("scopes[manage]"),
    }
}
