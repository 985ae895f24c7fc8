//! Keys for the chat on the pages of a marketplace: admins make one, see its secret once, and revoke it.

use leptos::{html, prelude::*};

use super::embed_key_rows::KeyRows;
use crate::{
    api::operators::embed_keys::{create_embed_key, get_embed_keys},
    browser::environment::focus_soon,
    shared::{
        errors::ErrorCode,
        ids::EmbedKeyId,
        operators::embed_keys::{EmbedAlgorithm, EmbedKeyList, ISSUER_MAX_CHARS, PUBLIC_KEY_MAX_BYTES},
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        Attempt, CommandForm, Icon, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormErrorLine, focus_on_error, message_for},
            form::{CommandFuture, Fields},
            new_secret::NewSecret,
        },
        not_found::LoadError,
        page_resource, reactive_view, use_toasts,
    },
};

#[component]
pub fn EmbedKeys() -> impl IntoView {
    let keys = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_embed_keys().await) })
    });
    let made = RwSignal::new(None::<String>);
    let section = NodeRef::<html::Section>::new();
    let on_revoke = Callback::new(move |()| {
        // The pressed button disappears, so the focus moves to the section.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        keys.refetch();
    });
    view! {
        <section class="card" id="embed-keys" aria-labelledby="embed-keys-title" tabindex="-1" node_ref=section>
            <h2 id="embed-keys-title">{words::embed_keys_title()}</h2>
            <p>{words::embed_keys_text()}</p>
            <CreateKeyForm made on_create=Callback::new(move |()| keys.refetch())/>
            {reactive_view(move || made.get().map(new_secret))}
            <ResourceView
                from=keys
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |payload| match payload.take::<EmbedKeyList>() {
                    Ok(EmbedKeyList { keys, sites, made, .. }) => {
                        view! {
                            // Made by a post without script; with script it stands above.
                            {made.map(new_secret)}
                            <KeyRows keys on_revoke/>
                            <Sites sites/>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn Sites(sites: Vec<String>) -> impl IntoView {
    if sites.is_empty() {
        return view! { <p class="muted">{words::embed_keys_no_sites()}</p> }.into_any();
    }
    let sites = sites.into_iter().map(|site| view! { <li><bdi>{site}</bdi></li> }.into_any()).collect_view();
    view! {
        <h3>{words::embed_keys_sites()}</h3>
        <ul class="muted">{sites}</ul>
    }
    .into_any()
}

#[component]
fn CreateKeyForm(made: RwSignal<Option<String>>, on_create: Callback<()>) -> impl IntoView {
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = RwSignal::new(SharedValue::new(EmbedKeyId::new).into_inner());
    let attempt = Attempt::at("/rpc/create_embed_key");
    let (form, toasts) = (NodeRef::<html::Form>::new(), use_toasts());
    let error = attempt.error();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let (issuer, public_key) = (fields.text("issuer"), fields.text("public_key"));
        let algorithm = EmbedAlgorithm::parse(&fields.text("algorithm")).unwrap_or_default();
        Box::pin(async move {
            made.set(None);
            let answer = create_embed_key(id.get_untracked(), issuer, algorithm, public_key).await;
            if matches!(&answer, Err(error) if error.code != ErrorCode::Conflict) {
                return answer;
            }
            // After a conflict too: an earlier attempt made the key, whose secret nobody has seen.
            id.set(EmbedKeyId::new());
            on_create.run(());
            let secret = answer?;
            if secret.is_empty() {
                toasts.show(words::embed_keys_done())
            } else {
                made.set(Some(secret))
            }
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            Ok(String::new())
        })
    };
    let choices = EmbedAlgorithm::CHOICES.map(|algorithm| view! { <AlgorithmChoice algorithm/> }.into_any());
    view! {
        <CommandForm attempt node_ref=form send=Box::new(send)>
            <input type="hidden" name="key_id" value=move || id.get().to_string()/>
            <TextField
                name="issuer"
                label=words::embed_keys_issuer()
                hint=words::embed_keys_issuer_hint()
                max=ISSUER_MAX_CHARS
                error
            />
            <fieldset class="field">
                <legend>{words::embed_keys_algorithm()}</legend>
                <div class="choices">{choices.collect_view()}</div>
            </fieldset>
            <PublicKeyField message=message_for(error, "public_key")/>
            <FormErrorLine error fields=&["issuer", "public_key"]/>
            <SubmitButton pending=attempt.is_pending class="">
                <Icon name="plus"/>
                {words::embed_keys_make()}
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn AlgorithmChoice(algorithm: EmbedAlgorithm) -> impl IntoView {
    let is_default = algorithm == EmbedAlgorithm::default();
    let label = match algorithm {
        EmbedAlgorithm::Hs256 => words::embed_keys_algorithm_secret(),
        EmbedAlgorithm::Jwks => words::embed_keys_algorithm_address(),
        algorithm => algorithm.as_str(),
    };
    view! {
        <label class="choice">
            <input type="radio" name="algorithm" value=algorithm.as_str() checked=is_default/>
            <span>{label}</span>
        </label>
    }
}

#[component]
fn PublicKeyField(message: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="public_key-input">{words::embed_keys_public_key()}</label>
            <textarea
                class="input input--area"
                id="public_key-input"
                name="public_key"
                dir="ltr"
                rows="3"
                spellcheck="false"
                maxlength=PUBLIC_KEY_MAX_BYTES.to_string()
                aria-invalid=move || message.get().is_some().then_some("true")
                aria-describedby="public_key-hint public_key-error"
            ></textarea>
            <FieldNotes field="public_key" hint=words::embed_keys_public_key_hint() message/>
        </div>
    }
}

fn new_secret(secret: String) -> AnyView {
    let (label, shown_once) = (words::embed_keys_copy_now(), words::embed_keys_shown_once());
    view! { <NewSecret id="made-secret" label shown_once secret/> }.into_any()
}
