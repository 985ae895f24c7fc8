//! Form of a new webhook, and the choice of events that it shares with one that exists.

use leptos::{html, prelude::*};

use crate::{
    api::operators::webhooks::create_webhook,
    shared::{
        errors::ErrorCode,
        ids::WebhookId,
        operators::{events::EventType, webhooks::WEBHOOK_URL_MAX_BYTES},
        words,
    },
    ui::components::{
        Attempt, CommandForm, Icon, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
            form::{CommandFuture, Fields},
            reauthentication::reauthenticate_when_asked,
        },
    },
};

/// The page.
pub const PATH: &str = "/operator/webhooks";
pub const CREATE: &str = "/rpc/create_webhook";

#[component]
pub fn CreateForm(made: RwSignal<Option<String>>, on_change: Callback<bool>) -> impl IntoView {
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = RwSignal::new(SharedValue::new(WebhookId::new).into_inner());
    let attempt = Attempt::at(CREATE);
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    focus_on_error(form, error);
    reauthenticate_when_asked(attempt);
    let send = move |fields: Fields| -> CommandFuture {
        let (url, types, with_text) = (fields.text("url"), chosen_types(&fields), has_text(&fields));
        Box::pin(async move {
            made.set(None);
            let answer = create_webhook(id.get_untracked(), url, types, with_text).await;
            if let Err(error) = &answer
                && error.code != ErrorCode::Conflict
            {
                return Err(error.clone());
            }
            // After a conflict too: an earlier attempt made it and its answer was lost. The list shows it, with a button for
            // another secret.
            id.set(WebhookId::new());
            on_change.run(false);
            made.set(Some(answer?.secret));
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            Ok(String::new())
        })
    };
    view! {
        <section class="card" aria-labelledby="new-webhook">
            <h2 id="new-webhook">{words::webhooks_new_title()}</h2>
            <CommandForm attempt class="webhooks__form" node_ref=form send=Box::new(send)>
                <input type="hidden" name="webhook_id" value=move || id.get().to_string()/>
                <TextField
                    name="url"
                    label=words::webhooks_url()
                    kind="url"
                    hint=words::webhooks_url_hint()
                    max=WEBHOOK_URL_MAX_BYTES
                    inputmode="url"
                    error
                />
                <TypeChoices chosen=Vec::new() with_text=false error/>
                <FormErrorLine error fields=&["url", "types"]/>
                <SubmitButton pending=attempt.is_pending class="">
                    <Icon name="plus"/>
                    {words::webhooks_make()}
                </SubmitButton>
            </CommandForm>
        </section>
    }
}

/// The types of events, as the URLs of programs know them, and whether messages come with their text.
#[component]
pub fn TypeChoices(chosen: Vec<String>, with_text: bool, error: FormError) -> impl IntoView {
    let message = message_for(error, "types");
    let choices = EventType::ALL.iter().enumerate().map(|(index, kind)| {
        let is_chosen = chosen.iter().any(|chosen| chosen == kind.as_str());
        view! {
            <label class="choice">
                <input type="checkbox" name=field(index) value=kind.as_str() checked=is_chosen/>
                <code>{kind.as_str()}</code>
            </label>
        }
        .into_any()
    });
    view! {
        <fieldset class="field" aria-describedby=move || message.get().map(|_| "types-error")>
            <legend>{words::webhooks_types()}</legend>
            <div class="choices">{choices.collect_view()}</div>
            <FieldNotes field="types" message/>
        </fieldset>
        <label class="choice">
            <input type="checkbox" name="with_text" value="true" checked=with_text/>
            <span>{words::webhooks_with_text()}</span>
        </label>
    }
}

/// The name of the checkbox of a type.
fn field(index: usize) -> String {
    format!("types[{index}]")
}

pub fn chosen_types(fields: &Fields) -> Vec<String> {
    (0..EventType::ALL.len()).filter_map(|index| fields.optional(&field(index))).collect()
}

pub fn has_text(fields: &Fields) -> bool {
    fields.optional("with_text").is_some()
}
