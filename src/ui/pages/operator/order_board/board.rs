//! Order board: the filter chips with their counts, the search, and the rows as a table or as a kanban board.

use leptos::prelude::*;

use super::{
    kanban::KanbanBoard,
    query::{OrderQuery, PATH},
    rows::OrderRows,
    table::{OrderTable, waiting_text},
};
use crate::{
    browser::{environment, use_live},
    shared::{
        orders::{
            board::{COUNTED_MAX, OrderBoardPage},
            workflow::{OrderKind, Status},
        },
        words,
    },
    ui::{
        components::{EmptyState, reactive_view, time::minute_tick::use_minute_tick, use_toasts},
        dialog::handle::use_messages_dialog,
        pages::operator::layout::SearchForm,
    },
};

#[component]
pub fn OrderBoard(query: OrderQuery, page: OrderBoardPage) -> impl IntoView {
    let is_board = query.is_board;
    let filter = StoredValue::new(query.filter());
    let rows = OrderRows {
        page: RwSignal::new(page),
        filter,
        toasts: use_toasts(),
        refreshing: StoredValue::new(None),
    };
    let live = use_live();
    // The server sends at most one wake-up a second.
    Effect::new(move |before: Option<u32>| {
        let wake_ups = live.operator_wake_ups.get();
        if before.is_some_and(|before| before != wake_ups) {
            rows.refresh();
        }
        wake_ups
    });
    live.on_reconnect(move || rows.refresh());
    // The operator's own messages, and conversations read in the dialog, show without waiting for a wake-up.
    let dialog = use_messages_dialog();
    let is_open = dialog.is_open();
    Effect::new(move |before: Option<bool>| {
        let is_open = is_open.get();
        if before == Some(true) && !is_open {
            rows.refresh();
        }
        is_open
    });
    dialog.on_message_sent(Callback::new(move |_| rows.refresh()));
    let count = move |status: Option<Status>| {
        rows.page.with(|page| {
            let counts =
                page.counts.iter().filter(|count| status.is_none_or(|status| count.status == status));
            counts.map(|count| count.count).sum::<i64>()
        })
    };
    let label = |status: Status| match status {
        Status::Pending => words::order_board_filter_new(),
        _ => status.label(OrderKind::Booking),
    };
    let status_chip = |status: Status| (status.as_str(), label(status), Some(status));
    let chips = [
        ("", words::order_board_filter_all(), None),
        status_chip(Status::Pending),
        ("unread", words::common_unread(), None),
        status_chip(Status::Accepted),
        status_chip(Status::InProgress),
        status_chip(Status::Completed),
        status_chip(Status::Declined),
        status_chip(Status::Cancelled),
    ];
    let chip = |(show, word, status): (&'static str, &'static str, Option<Status>)| {
        let href = OrderQuery { show: show.to_owned(), ..query.clone() }.href();
        let number =
            move || if show == "unread" { rows.page.with(|page| page.unread) } else { count(status) };
        view! {
            <a class="chip" href=href aria-current=(query.show == show).then_some("true")>
                {word} <span class="number">{move || shown_count(number())}</span>
            </a>
        }
        .into_any()
    };
    let counters = [
        (label(Status::Pending), Some(Status::Pending)),
        (words::order_board_counter_waiting(), None),
        (label(Status::InProgress), Some(Status::InProgress)),
    ]
    .map(|(label, status)| {
        let number = move || match status {
            Some(_) => count(status),
            None => rows.page.with(|page| page.unread),
        };
        view! {
            <div>
                <dt>{label}</dt>
                <dd class="number">{move || shown_count(number())}</dd>
                {status.is_none().then(|| view! { <LongestWait rows/> }.into_any())}
            </div>
        }
        .into_any()
    });
    let is_empty = Memo::new(move |_| rows.page.with(|page| page.rows.is_empty()));
    let has_more = Memo::new(move |_| rows.page.with(|page| page.next.is_some()));
    view! {
        <dl class="desk__counters card">{counters.collect_view()}</dl>
        <div class="desk__bar">
            <nav class="chips" aria-label=words::order_board_filter_label()>{chips.map(chip).collect_view()}</nav>
            <SearchForm
                path=PATH
                label=words::order_board_search_label()
                placeholder=words::order_board_search_placeholder()
                search=Signal::stored(query.search.clone())
                other_params=vec![("show", query.show.clone()), ("view", query.view().to_owned())]
            />
        </div>
        {reactive_view(move || is_empty.get().then(|| view! {
            <EmptyState title=words::order_board_empty_title() text=words::order_board_empty_text() art="offer"/>
        }.into_any()))}
        {if is_board {
            view! { <KanbanBoard rows/> }.into_any()
        } else {
            reactive_view(move || (!is_empty.get()).then(|| view! { <OrderTable rows/> }.into_any()))
        }}
        {reactive_view(move || has_more.get().then(|| view! {
            <button class="button" type="button" on:click=move |_| rows.load_older()>{words::common_show_more()}</button>
        }.into_any()))}
    }
}

/// How long the guest has been waiting who waits longest of those on the page. The browser knows; the server has no clock
/// of its reader.
#[component]
fn LongestWait(rows: OrderRows) -> impl IntoView {
    let live = use_live();
    let minute = use_minute_tick();
    reactive_view(move || {
        minute.track();
        let since = rows.page.with(|page| page.rows.iter().filter_map(|row| row.waiting_since).min())?;
        let waited = live.is_hydrated.get().then(|| environment::now().0 - since.0)?;
        let text = words::order_board_oldest_wait(&waiting_text(waited));
        Some(view! { <dd class="desk__oldest">{text}</dd> }.into_any())
    })
}

fn shown_count(number: i64) -> String {
    if number < COUNTED_MAX { number.to_string() } else { format!("{}+", COUNTED_MAX - 1) }
}
