//! Kanban board of the orders: one lane per status.

use leptos::prelude::*;

use super::{
    row::{LastMessageText, RowActions},
    rows::OrderRows,
};
use crate::{
    shared::{
        ids::OrderId,
        orders::workflow::{OrderKind, Status},
        words,
    },
    ui::{components::reactive_view, orders::status::StatusBadge},
};

/// An order changes its lane by the actions in its card; cards can't be dragged.
#[component]
pub fn KanbanBoard(rows: OrderRows) -> impl IntoView {
    let lanes = Status::ALL.map(|status| {
        let ids = Memo::new(move |_| rows.ids(Some(status)));
        let kind = OrderKind::Booking;
        view! {
            <section class="lane" aria-label=status.label(kind)>
                <h2><StatusBadge status kind/> <span class="number">{move || ids.with(Vec::len).to_string()}</span></h2>
                <ul>
                    <For each=move || ids.get() key=|id| *id let:id>
                        <KanbanCard id rows/>
                    </For>
                </ul>
            </section>
        }
        .into_any()
    });
    view! {
        <div class="board" tabindex="0" role="region" aria-label=words::order_board_view_board()>
            {lanes.collect_view()}
        </div>
    }
}

#[component]
fn KanbanCard(id: OrderId, rows: OrderRows) -> impl IntoView {
    let row = rows.row(id);
    let order = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.card.clone())));
    view! {
        <li class="card lane__card">
            {reactive_view(move || row.get().map(|row| {
                let order = row.order.card.clone();
                view! {
                    <h3 class="cut"><a href=format!("/orders/{}", order.code) dir="auto">{order.title.clone()}</a></h3>
                    <p class="cut"><bdi>{row.order.guest.name.clone()}</bdi>" · "{order.code.to_string()}</p>
                    <LastMessageText row/>
                }.into_any()
            }))}
            <RowActions row order rows/>
        </li>
    }
}
