//! The desk (B2): all orders, for operators. A table and a board of the same rows; what is new is
//! asked for again by one query when there may be something.

mod board;
mod row;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use super::layout::{Find, OperatorFrame, address};
use crate::shared::orders::{
    board::{DeskPage, DeskRow},
    filter::OrderFilter,
    workflow::Status,
};
use crate::ui::components::not_found::Failed;
use crate::{
    api::orders::get_desk,
    browser::use_live,
    shared::{ids::OrderId, listings::SEARCH_MAX_CHARS, orders::ORDERS_PAGE, page::payload::PagePayload},
    ui::{
        components::{EmptyState, Fetched, Skeleton, Toasts, changing, fetched, use_toasts},
        dialog::handle::use_messages_dialog,
    },
};
use board::Board;
use row::DeskTable;

const PATH: &str = "/operator/orders";

/// What of the desk is shown, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shown {
    show: String,
    search: String,
    is_board: bool,
}

impl Shown {
    fn href(&self) -> String {
        address(PATH, &[("show", &self.show), ("q", &self.search), ("view", self.view())])
    }

    fn view(&self) -> &'static str {
        if self.is_board { "board" } else { "" }
    }

    fn filter(&self) -> OrderFilter {
        OrderFilter {
            statuses: Status::parse(&self.show).into_iter().collect(),
            is_unread_only: self.show == "unread",
            search: self.search.clone(),
        }
    }
}

#[component]
pub fn DeskPageView() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        query.with(|query| Shown {
            show: query.get_str("show").unwrap_or_default().to_owned(),
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            is_board: query.get_str("view") == Some("board"),
        })
    });
    let found = fetched(Signal::derive(move || shown.with(Shown::href)), move || {
        let filter = shown.get_untracked().filter();
        Box::pin(async move { PagePayload::Desk(get_desk(filter, None).await.map(Box::new)) })
    });
    view! {
        <OperatorFrame title="Desk">
            <header class="page__head">
                <h1>"Desk"</h1>
                <ViewSwitch shown/>
            </header>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |found| match found.desk() {
                        Ok(page) => view! { <Desk shown=shown.get_untracked() page=*page/> }.into_any(),
                        Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </OperatorFrame>
    }
    .into_any()
}

/// What is on the desk now. Asked for again it takes the place of what was there, line by line: what
/// somebody is about to do in a line stays as it is.
#[derive(Clone, Copy)]
struct State {
    page: RwSignal<DeskPage>,
    filter: StoredValue<OrderFilter>,
    toasts: Toasts,
}

impl State {
    fn row(self, id: OrderId) -> Memo<Option<DeskRow>> {
        Memo::new(move |_| {
            self.page.with(|page| page.rows.iter().find(|row| row.order.card.id == id).cloned())
        })
    }

    /// The orders, or those in one status.
    fn ids(self, status: Option<Status>) -> Vec<OrderId> {
        let is_wanted = |row: &&DeskRow| status.is_none_or(|status| row.order.card.status == status);
        self.page.with(|page| page.rows.iter().filter(is_wanted).map(|row| row.order.card.id).collect())
    }

    fn ask_again(self) {
        spawn_local(async move {
            match get_desk(self.filter.get_value(), None).await {
                Ok(fresh) => drop(self.page.try_update(|page| take_over(page, fresh))),
                Err(error) => self.toasts.error(error.message),
            }
        });
    }

    fn more(self) {
        let Some(after) = self.page.with_untracked(|page| page.next) else { return };
        spawn_local(async move {
            match get_desk(self.filter.get_value(), Some(after)).await {
                Ok(older) => drop(self.page.try_update(|page| {
                    page.next = older.next;
                    page.rows.extend(older.rows);
                })),
                Err(error) => self.toasts.error(error.message),
            }
        });
    }
}

/// What was loaded below the first page stays below it.
fn take_over(page: &mut DeskPage, fresh: DeskPage) {
    let is_in_fresh = |row: &DeskRow| fresh.rows.iter().any(|one| one.order.card.id == row.order.card.id);
    let was_extended = page.rows.len() > ORDERS_PAGE as usize;
    let below: Vec<_> = page.rows.iter().filter(|row| was_extended && !is_in_fresh(row)).cloned().collect();
    let next = if was_extended { page.next } else { fresh.next };
    *page = DeskPage { next, ..fresh };
    page.rows.extend(below);
}

#[component]
fn ViewSwitch(shown: Memo<Shown>) -> impl IntoView {
    let link = move |is_board: bool, word: &'static str| {
        view! {
            <a
                href=move || Shown { is_board, ..shown.get() }.href()
                aria-current=move || (shown.with(|shown| shown.is_board) == is_board).then_some("true")
            >
                {word}
            </a>
        }
        .into_any()
    };
    view! { <nav class="switch" aria-label="View">{link(false, "Table")}{link(true, "Board")}</nav> }
}

#[component]
fn Desk(shown: Shown, page: DeskPage) -> impl IntoView {
    let is_board = shown.is_board;
    let filter = StoredValue::new(shown.filter());
    let state = State { page: RwSignal::new(page), filter, toasts: use_toasts() };
    let live = use_live();
    // Told at most once a second that there may be something new.
    Effect::new(move |before: Option<u32>| {
        let told = live.desk.get();
        if before.is_some_and(|before| before != told) {
            state.ask_again();
        }
        told
    });
    // What one does oneself, and what one reads, is seen at once.
    let dialog = use_messages_dialog();
    let is_open = dialog.is_open();
    Effect::new(move |before: Option<bool>| {
        let is_open = is_open.get();
        if before == Some(true) && !is_open {
            state.ask_again();
        }
        is_open
    });
    dialog.on_message_sent(Callback::new(move |_| state.ask_again()));
    let count = move |status: Option<Status>| {
        state.page.with(|page| {
            let counts =
                page.counts.iter().filter(|count| status.is_none_or(|status| count.status == status));
            counts.map(|count| count.count).sum::<i64>()
        })
    };
    let chips = [
        ("", "All", None),
        ("pending", "New", Some(Status::Pending)),
        ("unread", "Unread", None),
        ("accepted", "Accepted", Some(Status::Accepted)),
        ("in_progress", "Under way", Some(Status::InProgress)),
        ("completed", "Done", Some(Status::Completed)),
        ("declined", "Declined", Some(Status::Declined)),
        ("cancelled", "Cancelled", Some(Status::Cancelled)),
    ];
    let chip = |(show, word, status): (&'static str, &'static str, Option<Status>)| {
        let href = Shown { show: show.to_owned(), ..shown.clone() }.href();
        let number =
            move || if show == "unread" { state.page.with(|page| page.unread) } else { count(status) };
        view! {
            <a class="chip" href=href aria-current=(shown.show == show).then_some("true")>
                {word} <span class="number">{move || number().to_string()}</span>
            </a>
        }
        .into_any()
    };
    let is_empty = Memo::new(move |_| state.page.with(|page| page.rows.is_empty()));
    let has_more = Memo::new(move |_| state.page.with(|page| page.next.is_some()));
    view! {
        <div class="desk__bar">
            <nav class="chips" aria-label="Which orders">{chips.map(chip).collect_view()}</nav>
            <Find
                path=PATH
                label="Search orders"
                placeholder="Order or name"
                search=Signal::stored(shown.search.clone())
                kept=vec![("show", shown.show.clone()), ("view", shown.view().to_owned())]
            />
        </div>
        {changing(move || is_empty.get().then(|| view! {
            <EmptyState title="No orders here" text="What people ask for shows here at once." art="offer"/>
        }.into_any()))}
        {if is_board {
            view! { <Board state/> }.into_any()
        } else {
            changing(move || (!is_empty.get()).then(|| view! { <DeskTable state/> }.into_any()))
        }}
        {changing(move || has_more.get().then(|| view! {
            <button class="button" type="button" on:click=move |_| state.more()>"Show more"</button>
        }.into_any()))}
    }
}
