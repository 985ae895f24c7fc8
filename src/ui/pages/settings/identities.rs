//! Ways in, in the settings: the password, and identities at providers (OpenID Connect), which are linked and unlinked here.

use std::str::FromStr;

use leptos::prelude::*;

use super::password::Password;
use crate::{
    api::users::identities::{get_identities, link_identity, unlink_identity},
    shared::{
        errors::{ApiError, Missing},
        ids::IdentityId,
        page::payload::PagePayload,
        users::{
            credentials::PASSWORD_MAX_CHARS,
            identities::{IdentityList, LINK_PATH, LinkedIdentity, ProviderButton},
        },
        words,
    },
    ui::{
        components::{
            Attempt, CommandForm, LocalTime, ResourceView, Skeleton, SubmitButton, TextField, TimeStyle,
            forms::{
                field::{FormErrorLine, focus_on_error},
                form::{CommandFuture, Fields},
            },
            not_found::LoadError,
            page_resource, use_toasts,
        },
        pages::accounts::layout::redirect_when_done,
    },
};

/// The section of the password, unless nobody has one here, and that of identities, if there can be any.
#[component]
pub fn WaysIn(password_changes: RwSignal<u32>) -> impl IntoView {
    let mine = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_identities().await) })
    });
    let on_unlink = move || mine.refetch();
    view! {
        <ResourceView
            from=mine
            fallback=|| view! { <Skeleton count=2/> }
            show=Box::new(move |payload| match payload.take::<IdentityList>() {
                Ok(list) => {
                    let has_any = !list.identities.is_empty() || !list.providers.is_empty();
                    view! {
                        {list.takes_passwords.then(|| view! { <Password password_changes/> }.into_any())}
                        {has_any.then(|| view! { <Identities list on_unlink/> }.into_any())}
                    }.into_any()
                }
                Err(error) => view! { <Password password_changes/> <LoadError error/> }.into_any(),
            })
        />
    }
}

#[component]
fn Identities(list: IdentityList, on_unlink: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let IdentityList { identities, providers, has_password, .. } = list;
    let is_empty = identities.is_empty();
    let rows = identities
        .into_iter()
        .map(|identity| view! { <IdentityRow identity on_unlink/> }.into_any())
        .collect_view();
    view! {
        <section class="card" id="identities" aria-labelledby="identities-title" tabindex="-1">
            <h2 id="identities-title">{words::settings_identities_title()}</h2>
            <p>{words::settings_identities_text()}</p>
            {if is_empty {
                view! { <p class="muted">{words::settings_identities_none()}</p> }.into_any()
            } else {
                view! { <ul class="sessions" aria-label=words::settings_identities_label()>{rows}</ul> }.into_any()
            }}
            {(!providers.is_empty()).then(|| view! { <LinkForm providers has_password/> }.into_any())}
        </section>
    }
    .into_any()
}

#[component]
fn IdentityRow(
    identity: LinkedIdentity,
    on_unlink: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let LinkedIdentity { id, provider, issuer, subject, linked_at, used_at, can_unlink } = identity;
    let [before, after] = words::around(&words::settings_identities_linked(words::HOLE));
    let [before_used, after_used] = words::around(&words::settings_last_used(words::HOLE));
    let name = provider.unwrap_or_else(|| issuer.clone());
    view! {
        <li>
            <div>
                <b class="cut">{name.clone()}</b>
                <p class="muted">{words::settings_identities_subject(&issuer, &subject)}</p>
                <p class="muted">
                    {before} <LocalTime at=linked_at style=TimeStyle::Relative/> {after}
                    " · " {before_used} <LocalTime at=used_at style=TimeStyle::Relative/> {after_used}
                </p>
            </div>
            {can_unlink.then(|| view! { <UnlinkButton id name on_unlink/> }.into_any())}
        </li>
    }
}

#[component]
fn UnlinkButton(
    id: IdentityId,
    name: String,
    on_unlink: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::one_of_many("/rpc/unlink_identity");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::settings_identities_unlinked());
            on_unlink();
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = IdentityId::from_str(&fields.text("identity_id"))
                .map_err(|_| ApiError::not_found(Missing::Page))?;
            unlink_identity(id).await.map(|()| String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="identity_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small button--danger">
                {words::settings_identities_unlink()}
                <span class="visually-hidden">" "{name}</span>
            </SubmitButton>
        </CommandForm>
    }
}

/// Leads to the provider, and back here.
#[component]
fn LinkForm(providers: Vec<ProviderButton>, has_password: bool) -> impl IntoView {
    let attempt = Attempt::at(LINK_PATH);
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_done(attempt);
    let choices = providers.into_iter().enumerate().map(|(index, ProviderButton { id, name })| {
        view! {
            <label class="check">
                <input type="radio" name="provider" value=id checked=index == 0/>
                {name}
            </label>
        }
        .into_any()
    });
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| {
                Box::pin(link_identity(fields.text("provider"), fields.text("link_password")))
            })
        >
            <fieldset class="field">
                <legend>{words::settings_identities_provider()}</legend>
                {choices.collect_view()}
            </fieldset>
            {has_password.then(|| view! {
                <TextField
                    name="link_password"
                    label=words::settings_password_current()
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
            }.into_any())}
            <FormErrorLine error fields=&["link_password"]/>
            <SubmitButton pending=attempt.is_pending class="">{words::settings_identities_link()}</SubmitButton>
        </CommandForm>
    }
}
