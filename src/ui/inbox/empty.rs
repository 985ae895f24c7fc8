//! Empty states of the inbox: loading, no conversations, nothing found, or an error.

use std::time::Duration;

use leptos::prelude::*;

use super::filter::Filter;
use crate::{
    browser::use_live,
    shared::{ids::ConversationId, words},
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
            <EmptyState title=words::inbox_empty_title() text=words::inbox_empty_text()>
                <a class="button button--main" href="/">{words::common_explore_listings()}</a>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::NothingUnread => view! {
            <EmptyState title=words::inbox_all_read_title() text=words::inbox_all_read_text()>
                <button class="button" type="button" on:click=clear>{words::inbox_all_read_show_all()}</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::NothingFound(search) => view! {
            <EmptyState
                art="search"
                title=words::inbox_nothing_found_title(&search)
                text=words::inbox_nothing_found_text()
            >
                <button class="button" type="button" on:click=clear>{words::inbox_nothing_found_clear()}</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::ListFailed(message) => view! {
            <EmptyState title=words::inbox_not_loaded_title() text=message>
                <button class="button button--main" type="button" on:click=move |_| live.load_inbox()>{words::common_try_again()}</button>
            </EmptyState>
        }
        .into_any(),
        EmptyReason::SearchFailed(message) => view! {
            <EmptyState art="search" title=words::inbox_search_failed_title() text=message>
                <button class="button" type="button" on:click=move |_| filter.request(live, Duration::ZERO)>{words::common_try_again()}</button>
            </EmptyState>
        }
        .into_any(),
        })
    })
}
