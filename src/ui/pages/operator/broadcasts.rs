//! What operators tell many people: a form, and how far the last ones have come.

use leptos::{prelude::*, task::spawn_local};

use super::layout::OperatorFrame;
use crate::shared::{
    notifications::kinds::NotificationKind,
    operators::broadcasts::{
        Audience, Broadcast, BroadcastList, LINK_MAX_CHARS, TEXT_MAX_CHARS, TITLE_MAX_CHARS,
    },
};
use crate::ui::components::not_found::Failed;
use crate::{
    api::notifications::{get_broadcasts, send_broadcast},
    shared::{ids::BroadcastId, page::payload::PagePayload, system_messages::SystemMessage},
    ui::{
        components::{
            Attempt, CommandForm, EmptyState, Fetched, Icon, Moment, MomentStyle, Skeleton, SubmitButton,
            TextField, changing, fetched,
            forms::{
                field::{FormErrorLine, focus_on_error},
                form::{Fields, Sending},
            },
            use_toasts,
        },
        notifications::icon_of,
    },
};

const KINDS: [NotificationKind; 2] = [NotificationKind::Promotion, NotificationKind::System];

#[component]
pub fn NoticesPageView() -> impl IntoView {
    let found = fetched(Signal::stored(String::new()), || {
        Box::pin(async move { PagePayload::Broadcasts(get_broadcasts().await) })
    });
    view! {
        <OperatorFrame title="Notices">
            <header class="page__head">
                <div>
                    <h1>"Notices"</h1>
                    <p>"Tell many people something at once. It is sent in the background."</p>
                </div>
            </header>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=3/> }
                show=Box::new(move |answer| match answer.broadcasts() {
                    Ok(list) => view! { <Notices list/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </OperatorFrame>
    }
    .into_any()
}

#[component]
fn Notices(list: BroadcastList) -> impl IntoView {
    let list = RwSignal::new(list);
    // While one is on its way the list asks again how far it has come.
    Effect::new(move |_| {
        if list.with(|list| list.broadcasts.iter().any(|one| one.done_at.is_none())) {
            let ask = move || {
                spawn_local(async move {
                    if let Ok(now) = get_broadcasts().await {
                        list.try_set(now);
                    }
                });
            };
            let timer = set_timeout_with_handle(ask, PROGRESS_EVERY);
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        }
    });
    view! {
        <NoticeForm list/>
        {changing(move || Some(list.with(|list| {
            let rows = list.broadcasts.iter().cloned().map(|one| view! { <Line one/> }.into_any());
            if list.broadcasts.is_empty() {
                view! { <EmptyState title="Nothing sent yet" text="What you send is listed here, with how many have it." art="talk"/> }.into_any()
            } else {
                view! { <ul class="entries card">{rows.collect_view()}</ul> }.into_any()
            }
        })))}
    }
    .into_any()
}

const PROGRESS_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

#[component]
fn NoticeForm(list: RwSignal<BroadcastList>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/send_broadcast");
    let form = NodeRef::new();
    let error = attempt.error();
    let toasts = use_toasts();
    // A new one with each notice that is sent; one that is sent again stays one.
    let id = RwSignal::new(BroadcastId::new());
    focus_on_error(form, error);
    let send = move |fields: Fields| -> Sending {
        let kind = NotificationKind::parse(&fields.text("kind")).unwrap_or(NotificationKind::System);
        let audience = Audience::parse(&fields.text("audience")).unwrap_or_default();
        let [title, text, link] = ["title", "text", "link"].map(|name| fields.text(name));
        let id_now = fields.text("broadcast_id").parse().unwrap_or_default();
        Box::pin(async move {
            list.set(send_broadcast(id_now, kind, audience, title, text, link).await?);
            toasts.show("It is on its way.");
            id.set(BroadcastId::new());
            Ok(String::new())
        })
    };
    let count = |list: &BroadcastList, audience| match audience {
        Audience::Everybody => list.everybody,
        Audience::Hosts => list.hosts,
        Audience::Guests => list.guests,
    };
    view! {
        <section class="card notices__new" aria-labelledby="new-notice">
            <h2 id="new-notice">"New notice"</h2>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <input type="hidden" name="broadcast_id" value=move || id.get().to_string()/>
                <fieldset class="field">
                    <legend>"About"</legend>
                    <div class="choices">
                        {KINDS.map(|kind| view! {
                            <label class="choice">
                                <input type="radio" name="kind" value=kind.as_str() checked=kind == KINDS[0]/>
                                <Icon name=icon_of(kind)/>
                                <span>{kind.word()}</span>
                            </label>
                        }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <fieldset class="field">
                    <legend>"For"</legend>
                    <div class="choices">
                        {Audience::ALL.map(|audience| view! {
                            <label class="choice">
                                <input type="radio" name="audience" value=audience.as_str() checked=audience == Audience::Everybody/>
                                <span>{audience.word()} " (" {move || list.with(|list| count(list, audience).to_string())} ")"</span>
                            </label>
                        }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <TextField name="title" label="Title" max=TITLE_MAX_CHARS error/>
                <TextField name="text" label="Text" min=0 max=TEXT_MAX_CHARS error/>
                <TextField name="link" label="Link" min=0 max=LINK_MAX_CHARS hint="Where it leads: a path like /listings/…, or an address with https." error/>
                <FormErrorLine error fields=&["title", "text", "link"]/>
                <SubmitButton pending=attempt.is_pending>"Send"</SubmitButton>
            </CommandForm>
        </section>
    }
}

#[component]
fn Line(one: Broadcast) -> impl IntoView {
    let (title, text) = match one.event {
        SystemMessage::Notice { title, text, .. } => (title, text),
        _ => (String::new(), String::new()),
    };
    let is_done = one.done_at.is_some();
    view! {
        <li>
            <span class=format!("told__sign told__sign--{}", one.kind.as_str())><Icon name=icon_of(one.kind)/></span>
            <div class="entries__text">
                <p><b class="cut" dir="auto">{title}</b></p>
                {(!text.is_empty()).then(|| view! { <p class="muted cut" dir="auto">{text.clone()}</p> }.into_any())}
                <p class="muted">
                    {one.by} " · " <Moment at=one.created_at style=MomentStyle::Relative/>
                    " · " {one.audience.word()}
                </p>
            </div>
            <p class="muted">{if is_done { format!("Sent to {}", one.sent) } else { format!("{} so far", one.sent) }}</p>
        </li>
    }
}
