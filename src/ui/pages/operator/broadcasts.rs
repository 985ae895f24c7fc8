//! Broadcasts page: operators notify many users at once, and see how far the latest broadcasts are sent.

use leptos::{html, prelude::*, task::spawn_local};

use super::layout::OperatorLayout;
use crate::{
    api::notifications::{get_broadcasts, send_broadcast},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::BroadcastId,
        notifications::kinds::NotificationKind,
        operators::broadcasts::{
            Audience, Broadcast, BroadcastList, NOTICE_LINK_MAX_CHARS, NOTICE_TEXT_MAX_CHARS,
            NOTICE_TITLE_MAX_CHARS,
        },
        page::payload::PagePayload,
        words,
    },
    ui::{
        components::{
            Attempt, CommandForm, EmptyState, Icon, LocalTime, ResourceView, Skeleton, TextField, TimeStyle,
            forms::{
                confirm::{ConfirmedSubmit, Question},
                field::{FormErrorLine, focus_on_error},
                form::{CommandFuture, Fields},
            },
            not_found::LoadError,
            page_resource, reactive_view, use_toasts,
        },
        notifications::kind_icon,
    },
};

const PROGRESS_POLL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);
/// Kinds that a broadcast may have. The first is preselected.
const KINDS: [NotificationKind; 2] = [NotificationKind::Promotion, NotificationKind::System];

#[component]
pub fn BroadcastsPage() -> impl IntoView {
    let payload = page_resource(Signal::stored(String::new()), || {
        Box::pin(async move { PagePayload::new(get_broadcasts().await) })
    });
    view! {
        <OperatorLayout title=words::operator_notices_title()>
            <header class="page__head">
                <div>
                    <h1>{words::operator_notices_title()}</h1>
                    <p>{words::broadcast_intro()}</p>
                </div>
            </header>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=3/> }
                show=Box::new(move |answer| match answer.take::<BroadcastList>() {
                    Ok(list) => view! { <Broadcasts list/> }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn Broadcasts(list: BroadcastList) -> impl IntoView {
    let list = RwSignal::new(list);
    // Polls the progress while a broadcast is not fully sent.
    Effect::new(move |_| {
        if list.with(|list| list.broadcasts.iter().any(|one| one.done_at.is_none())) {
            let poll = move || {
                spawn_local(async move {
                    if let Ok(fresh) = get_broadcasts().await {
                        list.try_set(fresh);
                    }
                });
            };
            let timer = set_timeout_with_handle(poll, PROGRESS_POLL_INTERVAL);
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        }
    });
    view! {
        <BroadcastForm list/>
        {reactive_view(move || Some(list.with(|list| {
            let rows = list.broadcasts.iter().cloned().map(|broadcast| view! { <BroadcastRow broadcast/> }.into_any());
            if list.broadcasts.is_empty() {
                view! { <EmptyState title=words::broadcast_empty_title() text=words::broadcast_empty_text() art="talk"/> }.into_any()
            } else {
                view! { <ul class="entries card">{rows.collect_view()}</ul> }.into_any()
            }
        })))}
    }
    .into_any()
}

#[component]
fn BroadcastForm(list: RwSignal<BroadcastList>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/send_broadcast");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    let toasts = use_toasts();
    // Idempotency key: a retry keeps the id, and only a broadcast that was sent gets the form a new one.
    let id = RwSignal::new(BroadcastId::new());
    let audience = RwSignal::new(Audience::default());
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let kind = NotificationKind::parse(&fields.text("kind")).unwrap_or(NotificationKind::System);
        let chosen = Audience::parse(&fields.text("audience")).unwrap_or_default();
        let [title, text, link] = ["title", "text", "link"].map(|name| fields.text(name));
        let broadcast_id = fields.text("broadcast_id").parse().unwrap_or_default();
        Box::pin(async move {
            list.set(send_broadcast(broadcast_id, kind, chosen, title, text, link).await?);
            toasts.show(words::broadcast_done());
            id.set(BroadcastId::new());
            audience.set(Audience::default());
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            Ok(String::new())
        })
    };
    let count = |list: &BroadcastList, audience| match audience {
        Audience::Everybody => list.everybody,
        Audience::Hosts => list.hosts,
        Audience::Guests => list.guests,
    };
    let question = Signal::derive(move || {
        let people = list.with(|list| count(list, audience.get()));
        Some(Question {
            title: words::broadcast_ask_title(people.unsigned_abs()),
            text: words::broadcast_ask_text().to_owned(),
            verb: words::broadcast_ask_yes(),
            keep: words::broadcast_ask_no(),
            remark: None,
            is_danger: false,
        })
    });
    view! {
        <section class="card notices__new" aria-labelledby="new-notice">
            <h2 id="new-notice">{words::broadcast_new_title()}</h2>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <input type="hidden" name="broadcast_id" value=move || id.get().to_string()/>
                <fieldset class="field">
                    <legend>{words::broadcast_kind()}</legend>
                    <div class="choices">
                        {KINDS.map(|kind| view! {
                            <label class="choice">
                                <input type="radio" name="kind" value=kind.as_str() checked=kind == KINDS[0]/>
                                <Icon name=kind_icon(kind)/>
                                <span>{kind.label()}</span>
                            </label>
                        }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <fieldset class="field">
                    <legend>{words::broadcast_audience()}</legend>
                    <div class="choices">
                        {Audience::ALL.map(|one| view! {
                            <label class="choice">
                                <input
                                    type="radio"
                                    name="audience"
                                    value=one.as_str()
                                    checked=one == Audience::default()
                                    on:change=move |_| audience.set(one)
                                />
                                <span>{one.label()} " (" {move || list.with(|list| count(list, one).to_string())} ")"</span>
                            </label>
                        }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <TextField name="title" label=words::broadcast_field_title() max=NOTICE_TITLE_MAX_CHARS error/>
                <TextField name="text" label=words::broadcast_field_text() is_optional=true max=NOTICE_TEXT_MAX_CHARS error/>
                <TextField
                    name="link"
                    label=words::broadcast_field_link()
                    is_optional=true
                    max=NOTICE_LINK_MAX_CHARS
                    hint=words::broadcast_field_link_hint()
                    error
                />
                <FormErrorLine error fields=&["title", "text", "link"]/>
                <ConfirmedSubmit pending=attempt.is_pending class="button--main" question>{words::broadcast_send()}</ConfirmedSubmit>
            </CommandForm>
        </section>
    }
}

#[component]
fn BroadcastRow(broadcast: Broadcast) -> impl IntoView {
    let (title, text) = match broadcast.event {
        SystemMessage::Notice { title, text, .. } => (title, text),
        _ => (String::new(), String::new()),
    };
    let sent = broadcast.sent.to_string();
    let progress = match broadcast.done_at {
        Some(_) => words::broadcast_sent(&sent),
        None => words::broadcast_sent_so_far(&sent),
    };
    view! {
        <li>
            <span class=format!("told__sign told__sign--{}", broadcast.kind.as_str())><Icon name=kind_icon(broadcast.kind)/></span>
            <div class="entries__text">
                <p><b class="cut" dir="auto">{title}</b></p>
                {(!text.is_empty()).then(|| view! { <p class="muted cut" dir="auto">{text.clone()}</p> }.into_any())}
                <p class="muted">
                    {broadcast.by} " · " <LocalTime at=broadcast.created_at style=TimeStyle::Relative/>
                    " · " {broadcast.audience.label()}
                </p>
            </div>
            <p class="muted">{progress}</p>
        </li>
    }
}
