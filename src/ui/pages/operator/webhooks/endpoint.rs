//! One webhook: how it stands, and what an admin does with it.

use std::{future::Future, str::FromStr};

use leptos::prelude::*;

use super::form::{PATH, TypeChoices, chosen_types, has_text};
use crate::{
    api::operators::webhooks::{
        choose_webhook, delete_webhook, rotate_webhook, switch_webhook, test_webhook,
    },
    shared::{
        errors::{ApiError, ErrorCode},
        ids::WebhookId,
        operators::webhooks::{OffReason, Webhook},
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, SubmitButton, TimeStyle,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            field::FormErrorLine,
            form::{CommandFuture, Fields},
            reauthentication::reauthenticate_when_asked,
        },
        use_toasts,
    },
};

const CHOOSE: &str = "/rpc/choose_webhook";
const SWITCH: &str = "/rpc/switch_webhook";
const ROTATE: &str = "/rpc/rotate_webhook";
const DELETE: &str = "/rpc/delete_webhook";
const TEST: &str = "/rpc/test_webhook";
/// What the forms of a webhook post to.
pub const ACTIONS: [&str; 5] = [CHOOSE, SWITCH, ROTATE, DELETE, TEST];

#[component]
pub fn EndpointCard(
    webhook: Webhook,
    made: RwSignal<Option<String>>,
    opened: StoredValue<Vec<WebhookId>>,
    on_change: Callback<bool>,
) -> impl IntoView {
    let Webhook { id, url, types, with_text, .. } = webhook.clone();
    let made_at = webhook.created_at;
    let heading = format!("webhook-{id}");
    let label = heading.clone();
    let is_on = webhook.off.is_none();
    let [before, after] = words::around(&words::webhooks_made_by(&webhook.made_by, words::HOLE));
    let waiting = (webhook.waiting > 0).then(|| words::webhooks_waiting(webhook.waiting.unsigned_abs()));
    let given_up = (webhook.given_up > 0).then(|| words::webhooks_given_up(webhook.given_up.unsigned_abs()));
    let counts: Vec<_> = waiting.into_iter().chain(given_up).collect();
    let former = webhook.former_secret_until.map(|until| {
        let [before, after] = words::around(&words::webhooks_former_secret(words::HOLE));
        view! { <p class="muted">{before} <LocalTime at=until style=TimeStyle::Exact/> {after}</p> }
            .into_any()
    });
    let types_text = types.join(", ");
    let toggled = move |event: leptos::ev::Event| {
        let is_open = event_target::<leptos::web_sys::Element>(&event).has_attribute("open");
        opened.update_value(|ids| {
            ids.retain(|opened| *opened != id);
            ids.extend(is_open.then_some(id));
        });
    };
    let text = if with_text { words::webhooks_has_text() } else { words::webhooks_has_no_text() };
    view! {
        <li class="card webhook" aria-labelledby=label>
            <div class="webhook__head">
                <h2 id=heading dir="ltr">{url.clone()}</h2>
                <EndpointState webhook/>
            </div>
            <p class="muted">{before} <LocalTime at=made_at style=TimeStyle::Relative/> {after}</p>
            <p><code>{types_text}</code> " · " {text}</p>
            {(!counts.is_empty()).then(|| view! { <p>{counts.join(" · ")}</p> }.into_any())}
            {former}
            <div class="webhook__acts">
                <a class="button button--small" href=format!("{PATH}?show={id}#deliveries")>
                    {words::webhooks_deliveries()}
                    <span class="visually-hidden">" "{url.clone()}</span>
                </a>
                {is_on.then(|| view! { <TestButton id url=url.clone()/> }.into_any())}
                <SwitchButton id url=url.clone() is_on on_change/>
                <RotateButton id url=url.clone() made on_change/>
                <DeleteButton id url=url.clone() on_change/>
            </div>
            <details open=opened.with_value(|ids| ids.contains(&id)) on:toggle=toggled>
                <summary>{words::webhooks_choose()}<span class="visually-hidden">" "{url}</span></summary>
                <ChoiceForm id types with_text on_change/>
            </details>
        </li>
    }
    .into_any()
}

#[component]
fn EndpointState(webhook: Webhook) -> impl IntoView {
    match (webhook.off, webhook.failing_since) {
        (Some(OffReason::Admin), _) => {
            view! { <span class="status">{words::webhooks_off()}</span> }.into_any()
        }
        (Some(OffReason::Gone), _) => {
            view! { <span class="status status--red">{words::webhooks_off_gone()}</span> }.into_any()
        }
        (Some(OffReason::Failing), _) => {
            view! { <span class="status status--red">{words::webhooks_off_failing()}</span> }.into_any()
        }
        (None, Some(since)) => {
            let [before, after] = words::around(&words::webhooks_failing(words::HOLE));
            view! {
                <span class="status status--amber">
                    {before} <LocalTime at=since style=TimeStyle::Relative/> {after}
                </span>
            }
            .into_any()
        }
        (None, None) => view! { <span class="status status--green">{words::webhooks_on()}</span> }.into_any(),
    }
}

/// Sends a command about one webhook, with the id that its form names.
fn sent<F>(fields: &Fields, command: impl FnOnce(WebhookId) -> F + 'static) -> CommandFuture
where
    F: Future<Output = Result<String, ApiError>> + 'static,
{
    let id = WebhookId::from_str(&fields.text("webhook_id"));
    Box::pin(async move {
        match id {
            Ok(id) => command(id).await,
            Err(_) => Err(ApiError::new(ErrorCode::NotFound, words::webhooks_gone())),
        }
    })
}

/// Tells in a toast what came of an attempt, and has the list fetched again.
fn tell(attempt: Attempt, done: &'static str, on_done: Option<(Callback<bool>, bool)>) {
    let toasts = use_toasts();
    reauthenticate_when_asked(attempt);
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(done);
            if let Some((on_change, takes_focus)) = on_done {
                on_change.run(takes_focus);
            }
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
}

#[component]
fn TestButton(id: WebhookId, url: String) -> impl IntoView {
    let attempt = Attempt::one_of_many(TEST);
    tell(attempt, words::webhooks_test_done(), None);
    let send =
        |fields: Fields| sent(&fields, |id| async move { test_webhook(id).await.map(|()| String::new()) });
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small">
                {words::webhooks_test()}
                <span class="visually-hidden">" "{url}</span>
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn SwitchButton(id: WebhookId, url: String, is_on: bool, on_change: Callback<bool>) -> impl IntoView {
    let attempt = Attempt::one_of_many(SWITCH);
    let (word, done) = match is_on {
        true => (words::webhooks_switch_off(), words::webhooks_switched_off()),
        false => (words::webhooks_switch_on(), words::webhooks_switched_on()),
    };
    tell(attempt, done, Some((on_change, true)));
    let send = move |fields: Fields| {
        sent(&fields, move |id| async move { switch_webhook(id, !is_on).await.map(|()| String::new()) })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=id.to_string()/>
            <input type="hidden" name="is_on" value=(!is_on).to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small">
                {word}
                <span class="visually-hidden">" "{url}</span>
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn RotateButton(
    id: WebhookId,
    url: String,
    made: RwSignal<Option<String>>,
    on_change: Callback<bool>,
) -> impl IntoView {
    let attempt = Attempt::one_of_many(ROTATE);
    tell(attempt, words::webhooks_rotated(), Some((on_change, false)));
    let send = move |fields: Fields| {
        made.set(None);
        sent(&fields, move |id| async move {
            made.set(Some(rotate_webhook(id).await?.secret));
            Ok(String::new())
        })
    };
    let question = Signal::stored(Some(Question {
        title: words::webhooks_ask_rotate_title().to_owned(),
        text: words::webhooks_ask_rotate_text().to_owned(),
        verb: words::webhooks_rotate(),
        keep: words::common_keep_it(),
        remark: None,
        is_danger: false,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=id.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small" question>
                {words::webhooks_rotate()}
                <span class="visually-hidden">" "{url}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}

#[component]
fn DeleteButton(id: WebhookId, url: String, on_change: Callback<bool>) -> impl IntoView {
    let attempt = Attempt::one_of_many(DELETE);
    tell(attempt, words::webhooks_deleted(), Some((on_change, true)));
    let send =
        |fields: Fields| sent(&fields, |id| async move { delete_webhook(id).await.map(|()| String::new()) });
    let question = Signal::stored(Some(Question {
        title: words::webhooks_ask_delete_title().to_owned(),
        text: words::webhooks_ask_delete_text().to_owned(),
        verb: words::webhooks_delete(),
        keep: words::common_keep_it(),
        remark: None,
        is_danger: true,
    }));
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=id.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="button--small button--danger" question>
                {words::webhooks_delete()}
                <span class="visually-hidden">" "{url}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}

#[component]
fn ChoiceForm(
    id: WebhookId,
    types: Vec<String>,
    with_text: bool,
    on_change: Callback<bool>,
) -> impl IntoView {
    let attempt = Attempt::one_of_many(CHOOSE);
    let error = attempt.error();
    tell(attempt, words::webhooks_chosen(), Some((on_change, true)));
    let send = |fields: Fields| {
        let (types, with_text) = (chosen_types(&fields), has_text(&fields));
        sent(
            &fields,
            move |id| async move { choose_webhook(id, types, with_text).await.map(|()| String::new()) },
        )
    };
    view! {
        <CommandForm attempt class="webhooks__form" send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=id.to_string()/>
            <TypeChoices chosen=types with_text error/>
            <FormErrorLine error fields=&["types"]/>
            <SubmitButton pending=attempt.is_pending class="">{words::webhooks_save()}</SubmitButton>
        </CommandForm>
    }
}
