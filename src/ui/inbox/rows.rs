//! The rows of the list, the keys that move through them, and what stands there when it is empty.

use std::time::Duration;

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use super::{filter::Filter, row::Row};
use crate::shared::conversations::role::Role;
use crate::{
    browser::{Live, environment, use_live},
    shared::{conversations::Conversation, ids::ConversationId},
    ui::components::{EmptyState, Skeleton, changing},
};

/// The next page is fetched this far before the end comes into view.
const MORE_PX: i32 = 600;

#[component]
pub fn Rows(filter: Filter, active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let shown = Memo::new(move |_| {
        live.inbox.with(|inbox| match filter.found.get() {
            Some(Ok(found)) if filter.is_on() => {
                let mut shown = found.clone();
                // What became unread since belongs in there too.
                if filter.search.with(String::is_empty) {
                    let new =
                        inbox.rows().into_iter().filter(|row| row.unread > 0 && !found.contains(&row.id));
                    shown.splice(0..0, new.map(|row| row.id).collect::<Vec<_>>());
                }
                shown.retain(|id| inbox.get(*id).is_some());
                shown
            }
            _ => {
                inbox.rows().into_iter().filter(|row| is_shown(row, active.get())).map(|row| row.id).collect()
            }
        })
    });
    let list = NodeRef::<html::Div>::new();
    let more = More { is_loading: RwSignal::new(false), has_failed: RwSignal::new(false) };
    let near_end = move |_| {
        if let Some(list) = list.get_untracked()
            && list.scroll_height() - list.client_height() - list.scroll_top() < MORE_PX
            && !filter.is_on()
            && !more.has_failed.get_untracked()
        {
            more.load(live);
        }
    };
    walk_with_alt_arrows(shown, active);
    focus_row_left(list, active);
    view! {
        <div class="inbox__list" node_ref=list on:scroll=near_end on:keydown=move_focus>
            <ul class="rows">
                <For each=move || shown.get() key=|id| *id let:id>
                    <Row id active/>
                </For>
            </ul>
            <MoreLine filter more/>
            <NoRows filter shown/>
        </div>
    }
}

/// A conversation in which nothing was said yet is there for the guest who opened it only.
fn is_shown(row: &Conversation, active: Option<ConversationId>) -> bool {
    row.last_seq > 0 || row.role == Role::Guest || active == Some(row.id)
}

/// Up, down, Home and End move the focus through the rows; Enter opens, as with every link.
fn move_focus(event: ev::KeyboardEvent) {
    let Some(list) = event.current_target().and_then(|list| list.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    let Ok(rows) = list.query_selector_all(".row") else { return };
    let count = rows.length();
    let focused = document().active_element();
    let at = (0..count).find(|index| rows.item(*index).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let (Some(at), false) = (at, event.alt_key()) else { return };
    let to = match event.key().as_str() {
        "ArrowUp" => at.saturating_sub(1),
        "ArrowDown" => (at + 1).min(count - 1),
        "Home" => 0,
        "End" => count - 1,
        _ => return,
    };
    event.prevent_default();
    if let Some(row) = rows.item(to).and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        environment::focus_soon(row);
    }
}

/// Back from a conversation the focus is on its row, where it came from.
fn focus_row_left(list: NodeRef<html::Div>, active: Memo<Option<ConversationId>>) {
    Effect::new(move |before: Option<Option<ConversationId>>| {
        let active = active.get();
        if let (Some(Some(left)), None, Some(list)) = (before, active, list.get_untracked()) {
            let row = list.query_selector(&format!(".row[href='/messages/{left}']")).ok().flatten();
            if let Some(row) = row.and_then(|row| row.dyn_into().ok()) {
                environment::focus_soon(row);
            }
        }
        active
    });
}

/// Alt with up or down goes to the previous or next conversation from anywhere on the page; with
/// Shift only to unread ones.
fn walk_with_alt_arrows(shown: Memo<Vec<ConversationId>>, active: Memo<Option<ConversationId>>) {
    let live = use_live();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |event| {
            let step = match event.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            if !event.alt_key() || document().query_selector("dialog[open]").ok().flatten().is_some() {
                return;
            }
            event.prevent_default();
            let ids = shown.get_untracked();
            let is_wanted = |id: &ConversationId| {
                !event.shift_key()
                    || live.inbox.with_untracked(|inbox| inbox.get(*id).is_some_and(|row| row.unread > 0))
            };
            let at = ids.iter().position(|id| Some(*id) == active.get_untracked());
            let next = match (at, step) {
                (None, _) => ids.iter().find(|id| is_wanted(id)),
                (Some(at), 1) => ids[at + 1..].iter().find(|id| is_wanted(id)),
                (Some(at), _) => ids[..at].iter().rev().find(|id| is_wanted(id)),
            };
            if let Some(id) = next {
                navigate(&format!("/messages/{id}"), Default::default());
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Further pages of the inbox.
#[derive(Clone, Copy)]
struct More {
    is_loading: RwSignal<bool>,
    has_failed: RwSignal<bool>,
}

impl More {
    fn load(self, live: Live) {
        let is_more = live.inbox.with_untracked(|inbox| inbox.is_loaded() && inbox.next().is_some());
        if !is_more || self.is_loading.get_untracked() {
            return;
        }
        self.is_loading.set(true);
        self.has_failed.set(false);
        spawn_local(async move {
            let is_failed = live.more_of_list().await.is_err();
            self.has_failed.try_set(is_failed);
            self.is_loading.try_set(false);
        });
    }
}

#[component]
fn MoreLine(filter: Filter, more: More) -> impl IntoView {
    let live = use_live();
    let has_more = Memo::new(move |_| !filter.is_on() && live.inbox.with(|inbox| inbox.next().is_some()));
    changing(move || {
        // Scrolling does it; the button is for the keyboard and for a page that failed to come.
        (live.is_awake.get() && has_more.get()).then(|| {
            view! {
                <div class="inbox__more">
                    <button class="button button--text" type="button" on:click=move |_| more.load(live)>
                        {move || match (more.is_loading.get(), more.has_failed.get()) {
                            (true, _) => "Loading…",
                            (_, true) => "Did not load. Try again",
                            _ => "Show more",
                        }}
                    </button>
                </div>
            }
            .into_any()
        })
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Emptiness {
    Filled,
    Loading,
    NoConversations,
    NothingUnread,
    NothingFound(String),
    SearchLost(String),
    ListLost(String),
}

/// Why there are no rows, and the way on (C11).
#[component]
fn NoRows(filter: Filter, shown: Memo<Vec<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let emptiness = Memo::new(move |_| {
        let is_empty = shown.with(Vec::is_empty);
        match (filter.is_on(), filter.found.get()) {
            (true, Some(Err(error))) => Emptiness::SearchLost(error.message),
            (true, None) if is_empty => Emptiness::Loading,
            (false, _) if live.inbox.with(|inbox| !inbox.is_loaded()) => match live.list_error.get() {
                Some(error) => Emptiness::ListLost(error.message),
                None => Emptiness::Loading,
            },
            _ if !is_empty => Emptiness::Filled,
            (true, _) => match filter.search.get() {
                search if search.is_empty() => Emptiness::NothingUnread,
                search => Emptiness::NothingFound(search),
            },
            (false, _) => Emptiness::NoConversations,
        }
    });
    let clear = move |_| {
        filter.search.set(String::new());
        filter.is_unread_only.set(false);
        filter.ask(live, Duration::ZERO);
    };
    changing(move || {
        Some(match emptiness.get() {
        Emptiness::Filled => return None,
        Emptiness::Loading => view! { <Skeleton/> }.into_any(),
        Emptiness::NoConversations => view! {
            <EmptyState title="No messages yet" text="Find something you like and ask the host a question. The answer lands here.">
                <a class="button button--main" href="/">"Explore listings"</a>
            </EmptyState>
        }
        .into_any(),
        Emptiness::NothingUnread => view! {
            <EmptyState title="All read" text="New messages show here until you open them.">
                <button class="button" type="button" on:click=clear>"Show all"</button>
            </EmptyState>
        }
        .into_any(),
        Emptiness::NothingFound(search) => view! {
            <EmptyState
                art="search"
                title=format!("Nothing for “{search}”")
                text="Check the spelling, or try a name or a listing."
            >
                <button class="button" type="button" on:click=clear>"Clear search"</button>
            </EmptyState>
        }
        .into_any(),
        Emptiness::ListLost(message) => view! {
            <EmptyState title="Your messages did not load" text=message>
                <button class="button button--main" type="button" on:click=move |_| live.load_list()>"Try again"</button>
            </EmptyState>
        }
        .into_any(),
        Emptiness::SearchLost(message) => view! {
            <EmptyState art="search" title="The search did not get through" text=message>
                <button class="button" type="button" on:click=move |_| filter.ask(live, Duration::ZERO)>"Try again"</button>
            </EmptyState>
        }
        .into_any(),
        })
    })
}
