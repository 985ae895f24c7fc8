//! Empty states of the inbox: loading, no conversations, nothing found, or an error.

use std::time::Duration;

use leptos::prelude::*;

use super::filter::Filter;
use crate::{
    browser::use_live,
    shared::ids::ConversationId,
    ui::components::{EmptyState, Skeleton, reactive_view},
};

#[derive(Clone, Debug, PartialEq, Eq)]
enum EmptyReason {
    NotEmpty,
    Loading,
    NoConversations,
    NothingUnread,
    NothingFound(String),
    SearchFailed(String),
    ListFailed(String),
}

/// Says why there are no rows, and offers a next step (C11).
#[component]
pub fn NoRows(filter: Filter, shown: Memo<Vec<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let reason = Memo::new(move |_| {
        let is_empty = shown.with(Vec::is_empty);
        match (filter.is_on(), filter.results.get()) {
            (true, Some(Err(error))) => EmptyReason::SearchFailed(error.message),
            (true, None) if is_empty => EmptyReason::Loading,
            (false, _) if live.inbox.with(|inbox| !inbox.is_loaded()) => match live.inbox_error.get() {
                Some(error) => EmptyReason::ListFailed(error.message),
                None => EmptyReason::Loading,
            },
            _ if !is_empty => EmptyReason::NotEmpty,
            (true, _) => match filter.search.get() {
                search if search.is_empty() => EmptyReason::NothingUnread,
                search => EmptyReason::NothingFound(search),
            },
            (false, _) => EmptyReason::NoConversations,
        }
    });
    let clear = move |_| {
        filter.search.set(String::new());
        filter.is_unread_only.set(false);
        filter.request(live, Duration::ZERO);
    };
    reactive_view(move || {
        Some(match reason.get() {
        EmptyReason::NotEmpty => return None,
        EmptyReason::Loading => view! { <Skeleton/> }.into_any(),
        EmptyReason::NoConversations => view! {
            <EmptyState title="No messages yet" text="Find something you like and ask the host a question. The answer lands here.">
                <a class="button button--main" href="/">"Explore listings"</a>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::NothingUnread => view! {
            <EmptyState title="All read" text="New messages show here until you open them.">
                <button class="button" type="button" on:click=clear>"Show all"</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::NothingFound(search) => view! {
            <EmptyState
                art="search"
                title=format!("Nothing for “{search}”")
                text="Check the spelling, or try a name or a listing."
            >
                <button class="button" type="button" on:click=clear>"Clear search"</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::ListFailed(message) => view! {
            <EmptyState title="Your messages did not load" text=message>
                <button class="button button--main" type="button" on:click=move |_| live.load_inbox()>"Try again"</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::SearchFailed(message) => view! {
            <EmptyState art="search" title="The search did not get through" text=message>
                <button class="button" type="button" on:click=move |_| filter.request(live, Duration::ZERO)>"Try again"</button>
            </EmptyState>
        }
        .into_any(),
        })
    })
}
