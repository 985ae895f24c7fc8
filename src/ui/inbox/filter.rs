//! Inbox filter: the search field, the "All" and "Unread" chips, and their results from the server.

use std::time::Duration;

use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    browser::{Live, use_live},
    shared::{errors::ApiError, ids::ConversationId, listings::SEARCH_MAX_CHARS, words},
    ui::components::Icon,
};

/// Debounce: a search is sent when the viewer has not typed for this long.
const SEARCH_DEBOUNCE: Duration = Duration::from_millis(250);

/// The search text and the chosen chip. While neither filters, the list shows the whole inbox.
#[derive(Clone, Copy)]
pub struct Filter {
    pub search: RwSignal<String>,
    pub is_unread_only: RwSignal<bool>,
    /// The answer to the last request; `None` before the first one.
    pub results: RwSignal<Option<Result<Vec<ConversationId>, ApiError>>>,
    /// The number of the last request: an answer to an earlier one is dropped.
    last_request: StoredValue<u32>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            search: RwSignal::new(String::new()),
            is_unread_only: RwSignal::new(false),
            results: RwSignal::new(None),
            last_request: StoredValue::new(0),
        }
    }
}

impl Filter {
    pub fn is_on(self) -> bool {
        self.is_unread_only.get() || self.search.with(|search| !search.is_empty())
    }

    /// Sends the current search after `delay`, unless another request follows before. The previous results
    /// stay until the answer comes.
    pub fn request(self, live: Live, delay: Duration) {
        let number = self.last_request.try_update_value(|last| {
            *last += 1;
            *last
        });
        let is_current = move || self.last_request.try_get_value() == number;
        set_timeout(
            move || {
                if !is_current() {
                    return;
                }
                let (search, is_unread_only) =
                    (self.search.get_untracked(), self.is_unread_only.get_untracked());
                if search.is_empty() && !is_unread_only {
                    self.results.set(None);
                    return;
                }
                spawn_local(async move {
                    let results = live.search_inbox(search, is_unread_only).await;
                    if is_current() {
                        self.results.set(Some(results));
                    }
                });
            },
            delay,
        );
    }
}

#[component]
pub fn FilterBar(filter: Filter) -> impl IntoView {
    let live = use_live();
    let node = NodeRef::<html::Input>::new();
    let search = move |text: String, delay| {
        filter.search.set(text.trim().to_owned());
        filter.request(live, delay);
    };
    // Text that was typed before hydration counts.
    Effect::new(move |_| {
        if let Some(node) = node.get()
            && live.is_hydrated.get()
            && !node.value().is_empty()
        {
            search(node.value(), Duration::ZERO);
        }
    });
    // "Clear search" in the empty state clears the field too.
    Effect::new(move |_| {
        let is_empty = filter.search.with(String::is_empty);
        if let Some(node) = node.get_untracked()
            && live.is_hydrated.get_untracked()
            && is_empty
            && !node.value().trim().is_empty()
        {
            node.set_value("");
        }
    });
    view! {
        // Without script, and until the messages that it finds come with a chunk, it leads to the page of the search.
        <form class="inbox__search" action="/search">
            <Icon name="search"/>
            <input
                type="search"
                name="q"
                placeholder=words::inbox_search_placeholder()
                aria-label=words::inbox_search_label()
                autocomplete="off"
                maxlength=SEARCH_MAX_CHARS.to_string()
                node_ref=node
                on:input=move |event| search(event_target_value(&event), SEARCH_DEBOUNCE)
            />
        </form>
        <div class="chips" role="group" aria-label=words::inbox_filter_label()>
            <Chip filter is_unread_only=false label=words::inbox_filter_all()/>
            <Chip filter is_unread_only=true label=words::common_unread()/>
        </div>
    }
}

#[component]
fn Chip(filter: Filter, is_unread_only: bool, label: &'static str) -> impl IntoView {
    let live = use_live();
    let choose = move |_| {
        filter.is_unread_only.set(is_unread_only);
        filter.request(live, Duration::ZERO);
    };
    let unread =
        Memo::new(move |_| live.inbox.with(|inbox| inbox.rows().iter().filter(|row| row.unread > 0).count()));
    view! {
        <button
            class="chip inbox__chip"
            type="button"
            aria-pressed=move || (filter.is_unread_only.get() == is_unread_only).to_string()
            on:click=choose
        >
            {label}
            {move || {
                let count = if is_unread_only { unread.get() } else { 0 };
                (count > 0).then(|| view! { <span class="number" aria-hidden="true">{count}</span> }.into_any())
            }}
        </button>
    }
}
