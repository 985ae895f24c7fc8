//! Orders table: one row per order, with the time that the guest has been waiting for an answer.

use leptos::prelude::*;

use super::{
    row::{LastMessageText, RowActions},
    rows::OrderRows,
};
use crate::{
    browser::use_live,
    shared::{
        ids::OrderId,
        values::time::{MINUTE, Timestamp},
        words,
    },
    ui::{
        components::{Avatar, Cover, fresh_view, reactive_view, time::minute_tick::use_minute_tick},
        orders::status::StatusBadge,
    },
};

/// A longer waiting time, in microseconds, is shown in amber.
const LONG_WAIT_MICROS: i64 = 30 * MINUTE;

#[component]
pub fn OrderTable(rows: OrderRows) -> impl IntoView {
    view! {
        <div class="desk card">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{words::order_board_column_order()}</th>
                        <th scope="col">{words::order_board_column_customer()}</th>
                        <th scope="col">{words::order_board_column_status()}</th>
                        <th scope="col">{words::order_board_column_last_message()}</th>
                        <th scope="col">{words::order_board_column_waiting()}</th>
                        <th scope="col">{words::order_board_column_total()}</th>
                        <th scope="col"><span class="visually-hidden">{words::order_board_column_next_step()}</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.ids(None) key=|id| *id let:id>
                        <OrderRow id rows/>
                    </For>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn OrderRow(id: OrderId, rows: OrderRows) -> impl IntoView {
    let row = rows.row(id);
    let order = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.card.clone())));
    let guest = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.guest.clone())));
    let is_new = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.unread > 0)));
    let waiting_since = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.waiting_since)));
    view! {
        <tr class:desk__new=move || is_new.get()>
            <td class="desk__what">
                {reactive_view(move || order.get().map(|order| view! {
                    {order.listing.as_ref().map(|listing| view! { <Cover listing=listing.id/> }.into_any())}
                    <span>
                        <a class="cut" href=format!("/orders/{}", order.code) dir="auto" title=order.title.clone()>{order.title.clone()}</a>
                        <span class="desk__code">{order.code.to_string()}</span>
                    </span>
                }.into_any()))}
            </td>
            <td class="desk__guest">{reactive_view(move || guest.get().map(|guest| view! {
                <span class="desk__who"><Avatar person=guest.clone() size=32/><bdi class="cut">{guest.name.clone()}</bdi></span>
            }.into_any()))}</td>
            <td class="desk__status">{fresh_view(move || order.get().map(|order| view! { <StatusBadge status=order.status kind=order.kind/> }.into_any()))}</td>
            <td class="desk__last">{reactive_view(move || row.get().map(|row| view! { <LastMessageText row/> }.into_any()))}</td>
            <td class="number" data-label=words::order_board_column_waiting()><WaitingTime since=waiting_since/></td>
            <td class="number" data-label=words::order_board_column_total()>{reactive_view(move || order.get().map(|order| {
                let price = order.price.or(order.quote.map(|quote| quote.price));
                price.map_or_else(nothing, |price| price.text().into_any())
            }))}</td>
            <td class="desk__acts"><RowActions row order rows/></td>
        </tr>
    }
}

#[component]
fn WaitingTime(since: Memo<Option<Timestamp>>) -> impl IntoView {
    let live = use_live();
    let minute = use_minute_tick();
    let waited = Memo::new(move |_| {
        minute.track();
        let since = since.get()?;
        // The browser's clock may differ from the server's. The text shows minutes, so a small skew is
        // acceptable.
        live.is_hydrated.get().then(|| crate::browser::environment::now().0 - since.0)
    });
    reactive_view(move || {
        Some(match waited.get() {
            Some(waited) => {
                let class = if waited > LONG_WAIT_MICROS { "desk__long" } else { "" };
                view! { <span class=class>{waiting_text(waited)}</span> }.into_any()
            }
            None => nothing(),
        })
    })
}

/// Stands in the column of a table; a card leaves it out with its label.
fn nothing() -> AnyView {
    view! { <span class="desk__none">"–"</span> }.into_any()
}

/// `53 min`, `3 h`, `2 days`.
pub fn waiting_text(waited_micros: i64) -> String {
    match waited_micros.max(0) / MINUTE {
        minutes @ ..=59 => words::order_board_wait_minutes(&minutes.to_string()),
        minutes @ ..=2_879 => words::order_board_wait_hours(&(minutes / 60).to_string()),
        minutes => words::order_board_wait_days((minutes / 1_440).unsigned_abs()),
    }
}
