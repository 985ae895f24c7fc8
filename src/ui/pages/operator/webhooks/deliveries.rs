//! The deliveries of one webhook, each with the answer of its last attempt, and sent again by a button.

use leptos::{prelude::*, task::spawn_local};

use super::{super::layout::ListQuery, form::PATH};
use crate::{
    api::operators::webhooks::{get_webhook_deliveries, resend_webhook},
    shared::{
        ids::WebhookId,
        operators::webhooks::{DeliveryPage, DeliveryState, WebhookDelivery},
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        Attempt, CommandForm, EmptyState, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
        forms::{
            field::FormErrorLine,
            form::{CommandFuture, Fields, posted_error},
        },
        not_found::LoadError,
        page_resource, reactive_view, use_toasts,
    },
};

const RESEND: &str = "/rpc/resend_webhook";
const FAILED: &str = "failed";
/// How often the page looks again while something is on its way.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(2);

/// What the URL says of the list: whether it has only those that were not taken, and where it begins.
fn asked(query: &ListQuery) -> (bool, Option<i64>) {
    (query.more("result") == FAILED, query.more("from").parse().ok())
}

#[component]
pub fn Deliveries(webhook: WebhookId, url: String, list_query: Memo<ListQuery>) -> impl IntoView {
    let payload =
        page_resource(Signal::derive(move || list_query.with(|query| query.href(PATH))), move || {
            let (is_failed, below) = list_query.with_untracked(asked);
            Box::pin(async move { PagePayload::new(get_webhook_deliveries(webhook, is_failed, below).await) })
        });
    let chip = move |is_failed: bool, word: &'static str| {
        let href = href(webhook, is_failed, None);
        let is_shown = move || list_query.with(asked).0 == is_failed;
        view! { <a class="chip" href=href aria-current=move || is_shown().then_some("true")>{word}</a> }
            .into_any()
    };
    view! {
        <section class="card" id="deliveries" aria-labelledby="deliveries-title">
            <h2 id="deliveries-title">{words::webhooks_deliveries()}</h2>
            <p class="muted" dir="ltr">{url}</p>
            <nav class="chips" aria-label=words::webhooks_filter()>
                {chip(false, words::webhooks_filter_all())}
                {chip(true, words::webhooks_filter_failed())}
            </nav>
            <FormErrorLine error=Signal::stored(posted_error(RESEND)) fields=&[]/>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=3/> }
                show=Box::new(move |answer| match answer.take::<DeliveryPage>() {
                    Ok(page) => view! { <Rows webhook page list_query/> }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </section>
    }
    .into_any()
}

fn href(webhook: WebhookId, is_failed: bool, below: Option<i64>) -> String {
    let result = if is_failed { format!("&result={FAILED}") } else { String::new() };
    let from = below.map(|below| format!("&from={below}")).unwrap_or_default();
    format!("{PATH}?show={webhook}{result}{from}#deliveries")
}

#[component]
fn Rows(webhook: WebhookId, page: DeliveryPage, list_query: Memo<ListQuery>) -> impl IntoView {
    let page = RwSignal::new(page);
    let look = move || {
        let (is_failed, below) = list_query.with_untracked(asked);
        spawn_local(async move {
            if let Ok(fresh) = get_webhook_deliveries(webhook, is_failed, below).await {
                page.try_set(fresh);
            }
        });
    };
    // Looks again while something is on its way.
    Effect::new(move |_| {
        let is_waiting = |one: &WebhookDelivery| one.state == DeliveryState::Waiting;
        if page.with(|page| page.deliveries.iter().any(is_waiting)) {
            let timer = set_timeout_with_handle(look, POLL_INTERVAL);
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        }
    });
    let on_resend = Callback::new(move |()| look());
    reactive_view(move || {
        Some(page.with(|page| {
            if page.deliveries.is_empty() {
                return view! {
                    <EmptyState title=words::webhooks_none_title() text=words::webhooks_none_text() art="search"/>
                }
                .into_any();
            }
            let (is_failed, below) = list_query.with_untracked(asked);
            let row = |delivery: WebhookDelivery| view! { <Row webhook delivery on_resend/> }.into_any();
            let rows = page.deliveries.iter().cloned().map(row).collect_view();
            let newest = below.map(|_| href(webhook, is_failed, None));
            let older = page.next.map(|next| href(webhook, is_failed, Some(next)));
            view! {
                <ul class="entries webhook__deliveries" aria-label=words::webhooks_deliveries()>{rows}</ul>
                <nav class="explore__pages" aria-label=words::common_list_pages()>
                    {newest.map(|href| view! { <a class="button" href=href>{words::operator_list_newest()}</a> }.into_any())}
                    {older.map(|href| view! { <a class="button" href=href rel="next">{words::operator_list_older()}</a> }.into_any())}
                </nav>
            }
            .into_any()
        }))
    })
}

#[component]
fn Row(webhook: WebhookId, delivery: WebhookDelivery, on_resend: Callback<()>) -> impl IntoView {
    let (state, class) = match delivery.state {
        DeliveryState::Waiting => (words::webhooks_state_waiting(), "status status--amber"),
        DeliveryState::Delivered => (words::webhooks_state_delivered(), "status status--green"),
        DeliveryState::GivenUp => (words::webhooks_state_given_up(), "status status--red"),
    };
    let attempts = delivery.last_at.map(|at| {
        let [before, after] =
            words::around(&words::webhooks_attempts(delivery.attempts.unsigned_abs(), words::HOLE));
        let took = delivery.took_ms.map(|took| words::webhooks_took(&took.to_string()));
        let took = took.map(|took| format!(" · {took}")).unwrap_or_default();
        view! { <p class="muted">{before} <LocalTime at style=TimeStyle::Relative/> {after} {took}</p> }
            .into_any()
    });
    let next = delivery.due_at.filter(|_| delivery.attempts > 0).map(|at| {
        let [before, after] = words::around(&words::webhooks_next_attempt(words::HOLE));
        view! { <p class="muted">{before} <LocalTime at style=TimeStyle::Relative/> {after}</p> }.into_any()
    });
    let status = delivery.status.map(|status| words::webhooks_status(&status.to_string()));
    let status = status.or_else(|| delivery.last_at.map(|_| words::webhooks_no_answer().to_owned()));
    let answer = delivery.answer.filter(|answer| !answer.is_empty()).map(|answer| {
        view! {
            <details>
                <summary>{words::webhooks_answer()}</summary>
                <pre dir="auto" tabindex="0">{answer}</pre>
            </details>
        }
        .into_any()
    });
    view! {
        <li>
            <div class="entries__text">
                <p><span class=class>{state}</span> " " <code>{delivery.kind}</code></p>
                <p class="muted" dir="ltr">{delivery.event.clone()}</p>
                {status.map(|status| view! { <p>{status}</p> }.into_any())}
                {attempts}
                {next}
                {answer}
            </div>
            <div class="entries__acts"><ResendButton webhook position=delivery.position event=delivery.event on_resend/></div>
        </li>
    }
}

#[component]
fn ResendButton(webhook: WebhookId, position: i64, event: String, on_resend: Callback<()>) -> impl IntoView {
    let attempt = Attempt::one_of_many(RESEND);
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::webhooks_resent());
            on_resend.run(());
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move { resend_webhook(webhook, position).await.map(|()| String::new()) })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="webhook_id" value=webhook.to_string()/>
            <input type="hidden" name="position" value=position.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small">
                {words::webhooks_resend()}
                <span class="visually-hidden">" "{event}</span>
            </SubmitButton>
        </CommandForm>
    }
}
