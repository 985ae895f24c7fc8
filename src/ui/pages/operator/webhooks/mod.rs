//! Webhooks page: admins name the URLs of programs that are told of events, and see what came of each delivery.

mod deliveries;
mod endpoint;
mod form;

use leptos::{html, prelude::*};

use super::layout::{ListQuery, OperatorLayout, use_list_query};
use crate::{
    api::operators::webhooks::get_webhooks,
    browser::environment::focus_soon,
    shared::{
        ids::WebhookId,
        operators::webhooks::{WEBHOOKS_MAX, WebhookList},
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        EmptyState, ResourceView, Skeleton,
        forms::{field::FormErrorLine, form::posted_error, new_secret::NewSecret},
        not_found::LoadError,
        page_resource, reactive_view,
    },
};
use deliveries::Deliveries;
use endpoint::{ACTIONS, EndpointCard};
use form::{CREATE, CreateForm};

#[component]
pub fn WebhooksPage() -> impl IntoView {
    let list_query = use_list_query();
    let payload = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_webhooks().await) })
    });
    // The secret that was made on this page; it is shown until the next one.
    let made = RwSignal::new(None::<String>);
    // Whose choice is open stays open when the list is read anew.
    let opened = StoredValue::new(Vec::new());
    let sections = NodeRef::<html::Div>::new();
    let on_change = Callback::new(move |takes_focus: bool| {
        // A pressed button may disappear with its card, so the focus moves to the sections.
        if let Some(sections) = sections.get_untracked().filter(|_| takes_focus) {
            focus_soon(sections.into());
        }
        payload.refetch();
    });
    view! {
        <OperatorLayout title=words::webhooks_title()>
            <header class="page__head">
                <div>
                    <h1>{words::webhooks_title()}</h1>
                    <p>{words::webhooks_intro()} " " <a href="/api/docs" rel="external">{words::webhooks_docs()}</a></p>
                </div>
            </header>
            <div class="settings__parts webhooks" tabindex="-1" node_ref=sections>
                {reactive_view(move || made.get().map(new_secret))}
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=3/> }
                    show=Box::new(move |payload| match payload.take::<WebhookList>() {
                        Ok(list) => view! { <Sections list list_query made opened on_change/> }.into_any(),
                        Err(error) => view! { <LoadError error/> }.into_any(),
                    })
                />
            </div>
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn Sections(
    list: WebhookList,
    list_query: Memo<ListQuery>,
    made: RwSignal<Option<String>>,
    opened: StoredValue<Vec<WebhookId>>,
    on_change: Callback<bool>,
) -> impl IntoView {
    let WebhookList { webhooks, made: posted } = list;
    let posted = posted.as_deref().and_then(|made| made.split_once(' ')).map(|(_, secret)| secret.to_owned());
    // The error of a post without script. It does not say which form it came from, so it stands above all.
    let post_error = Signal::stored([CREATE].iter().chain(&ACTIONS).find_map(|path| posted_error(path)));
    // Only that: the list itself follows its filter and its pages.
    let shown = Memo::new(move |_| list_query.with(|query| query.show.clone()));
    let is_full = webhooks.len() as i64 >= WEBHOOKS_MAX;
    let urls: Vec<_> = webhooks.iter().map(|webhook| (webhook.id, webhook.url.clone())).collect();
    let cards = webhooks
        .into_iter()
        .map(|webhook| view! { <EndpointCard webhook made opened on_change/> }.into_any());
    let cards = cards.collect_view();
    view! {
        {posted.map(new_secret)}
        <FormErrorLine error=post_error fields=&[]/>
        {if urls.is_empty() {
            view! { <EmptyState title=words::webhooks_empty_title() text=words::webhooks_empty_text() art="talk"/> }.into_any()
        } else {
            view! { <ul class="webhooks__list" aria-label=words::webhooks_title()>{cards}</ul> }.into_any()
        }}
        {reactive_view(move || {
            let shown = shown.get();
            let (id, url) = urls.iter().find(|(id, _)| id.to_string() == shown).cloned()?;
            Some(view! { <Deliveries webhook=id url list_query/> }.into_any())
        })}
        {if is_full {
            view! { <p class="muted">{words::webhooks_full(&WEBHOOKS_MAX.to_string())}</p> }.into_any()
        } else {
            view! { <CreateForm made on_change/> }.into_any()
        }}
    }
}

fn new_secret(secret: String) -> AnyView {
    let (label, shown_once) = (words::webhooks_copy_now(), words::webhooks_shown_once());
    view! { <NewSecret id="made-secret" label shown_once secret/> }.into_any()
}
