//! The search field and the chips above the list, and what they find.

use std::time::Duration;

use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    browser::{Live, use_live},
    shared::{errors::ApiError, ids::ConversationId, listings::SEARCH_MAX_CHARS},
    ui::components::Icon,
};

/// A search goes out when nothing was typed for this long.
const PAUSE: Duration = Duration::from_millis(250);

/// What is looked for. While nothing is, the list is the inbox itself.
#[derive(Clone, Copy)]
pub struct Filter {
    pub search: RwSignal<String>,
    pub is_unread_only: RwSignal<bool>,
    /// The answer to the last question; nothing while none was given yet.
    pub found: RwSignal<Option<Result<Vec<ConversationId>, ApiError>>>,
    /// Counts questions, so that a late answer to an earlier one is dropped.
    asked: StoredValue<u32>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            search: RwSignal::new(String::new()),
            is_unread_only: RwSignal::new(false),
            found: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }
}

impl Filter {
    pub fn is_on(self) -> bool {
        self.is_unread_only.get() || self.search.with(|search| !search.is_empty())
    }

    /// Asks for what is looked for now, after `pause`. What was found before stays until then.
    pub fn ask(self, live: Live, pause: Duration) {
        let number = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        let is_current = move || self.asked.try_get_value() == number;
        set_timeout(
            move || {
                if !is_current() {
                    return;
                }
                let (search, is_unread_only) =
                    (self.search.get_untracked(), self.is_unread_only.get_untracked());
                if search.is_empty() && !is_unread_only {
                    self.found.set(None);
                    return;
                }
                spawn_local(async move {
                    let found = live.find(search, is_unread_only).await;
                    if is_current() {
                        self.found.set(Some(found));
                    }
                });
            },
            pause,
        );
    }
}

#[component]
pub fn FilterBar(filter: Filter) -> impl IntoView {
    let live = use_live();
    let node = NodeRef::<html::Input>::new();
    let look_for = move |text: String, pause| {
        filter.search.set(text.trim().to_owned());
        filter.ask(live, pause);
    };
    // What was typed before the page came alive counts.
    Effect::new(move |_| {
        if let Some(node) = node.get()
            && live.is_awake.get()
            && !node.value().is_empty()
        {
            look_for(node.value(), Duration::ZERO);
        }
    });
    // Cleared from elsewhere ("Clear search" where nothing was found).
    Effect::new(move |_| {
        let is_empty = filter.search.with(String::is_empty);
        if let Some(node) = node.get_untracked()
            && live.is_awake.get_untracked()
            && is_empty
            && !node.value().trim().is_empty()
        {
            node.set_value("");
        }
    });
    view! {
        <label class="inbox__search">
            <Icon name="search"/>
            <input
                type="search"
                placeholder="Search people and listings"
                aria-label="Search conversations"
                autocomplete="off"
                maxlength=SEARCH_MAX_CHARS.to_string()
                node_ref=node
                on:input=move |event| look_for(event_target_value(&event), PAUSE)
            />
        </label>
        <div class="chips" role="group" aria-label="Filter">
            <Chip filter is_unread_only=false word="All"/>
            <Chip filter is_unread_only=true word="Unread"/>
        </div>
    }
}

#[component]
fn Chip(filter: Filter, is_unread_only: bool, word: &'static str) -> impl IntoView {
    let live = use_live();
    let choose = move |_| {
        filter.is_unread_only.set(is_unread_only);
        filter.ask(live, Duration::ZERO);
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
            {word}
            {move || {
                let count = if is_unread_only { unread.get() } else { 0 };
                (count > 0).then(|| view! { <span class="number" aria-hidden="true">{count}</span> }.into_any())
            }}
        </button>
    }
}
