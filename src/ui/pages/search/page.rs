//! The search page (`/search`): the form, and a page of what was found. Without a network it shows what this browser holds.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    asked::Asked,
    filters::{HeldFilters, OfferedFilters},
    form::SearchForm,
    hits::Hits,
};
use crate::{
    api::search::search_messages,
    browser::{storage::held_messages::search_held, use_live},
    shared::{
        errors::{ApiError, ErrorCode},
        messages::search::FoundPage,
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        EmptyState, ResourceView, Skeleton, guard::SignedIn, not_found::LoadError, page_resource,
        reactive_view,
    },
};

#[component]
pub fn SearchPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::search_title()/>
            <main class="page seek__page" id="main" tabindex="-1"><Search/></main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Search() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| params.with(Asked::of));
    let payload = page_resource(Signal::derive(move || asked.with(Asked::href)), move || {
        let asked = asked.get_untracked();
        Box::pin(async move {
            PagePayload::new(if asked.search.is_empty() {
                Ok(FoundPage::nothing())
            } else {
                search_messages(asked.search, asked.after).await
            })
        })
    });
    view! {
        <header class="page__head"><h1>{words::search_title()}</h1></header>
        <SearchForm asked/>
        <HeldFilters asked/>
        <ResourceView
            from=payload
            fallback=|| view! { <Skeleton count=5/> }
            show=Box::new(move |payload_| {
                let asked = asked.get_untracked();
                match payload_.take::<FoundPage>() {
                    Ok(page) => view! { <Found asked page/> }.into_any(),
                    Err(error) if error.code == ErrorCode::Unreachable => view! { <Held asked error payload/> }.into_any(),
                    // What was typed is wrong, not the page.
                    Err(error) if error.code == ErrorCode::Invalid || error.code == ErrorCode::TooFast => view! {
                        <EmptyState title=words::search_refused() text=error.message art="search"/>
                    }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                }
            })
        />
    }
}

#[component]
fn Found(asked: Asked, page: FoundPage) -> impl IntoView {
    if asked.search.is_empty() {
        return view! { <EmptyState title=words::search_empty_title() text=words::search_empty_text() art="search"/> }
            .into_any();
    }
    let count = page.messages.len();
    let status = match (&page.instead, count, page.next.is_some() || asked.after.is_some()) {
        (Some(instead), _, _) => words::search_instead(instead, &asked.search.text),
        (None, 0, false) => String::new(),
        (None, count, false) => words::search_count(count as u64),
        (None, _, true) => words::search_count_page().to_owned(),
    };
    let first = asked.after.is_some().then(|| Asked { after: None, ..asked.clone() }.href());
    let next = page.next.map(|next| Asked { after: Some(next), ..asked.clone() }.href());
    let nothing = (count == 0).then(|| {
        let wider = asked.has_filters().then(|| Asked::default().with(|search| search.text = asked.search.text.clone()));
        view! {
            <EmptyState title=words::search_nothing_title() text=words::search_nothing_text() art="search">
                {wider.map(|wider| view! { <a class="button button--main" href=wider.href()>{words::search_without_filters()}</a> }.into_any())}
            </EmptyState>
        }
        .into_any()
    });
    let is_complete = page.is_complete;
    view! {
        <p class="seek__status" role="status" dir="auto">{status}</p>
        {(!is_complete).then(|| view! { <p class="muted">{words::search_incomplete()}</p> }.into_any())}
        <OfferedFilters asked page=page.clone()/>
        {nothing}
        <Hits page/>
        <nav class="seek__pages" aria-label=words::common_list_pages()>
            {first.map(|href| view! { <a class="button" href=href>{words::search_newest()}</a> }.into_any())}
            {next.map(|href| view! { <a class="button" href=href rel="next">{words::search_older()}</a> }.into_any())}
        </nav>
    }
    .into_any()
}

/// What this browser holds, until the server can be reached again.
#[component]
fn Held(asked: Asked, error: ApiError, payload: Resource<PagePayload>) -> impl IntoView {
    let live = use_live();
    let held = RwSignal::new(None::<FoundPage>);
    Effect::new(move |_| {
        if live.is_restored.get() {
            let search = asked.search.clone();
            spawn_local(async move {
                held.try_set(Some(search_held(live, &search).await));
            });
        }
    });
    live.on_reconnect(move || payload.refetch());
    reactive_view(move || {
        Some(match held.get() {
            None => view! { <Skeleton count=3/> }.into_any(),
            Some(page) => view! {
                <p class="seek__status" role="status">{words::search_held(page.messages.len() as u64)}</p>
                <p class="muted">{error.message.clone()}</p>
                <Hits page/>
            }
            .into_any(),
        })
    })
}
