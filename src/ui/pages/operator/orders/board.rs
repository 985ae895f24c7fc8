//! The desk as a board: a lane for each status.

use leptos::prelude::*;

use super::{
    State,
    row::{Acts, Talk},
};
use crate::shared::orders::workflow::{OrderKind, Status};
use crate::{
    shared::ids::OrderId,
    ui::{components::changing, orders::status::StatusBadge},
};

/// One lane per status; each card's menu of steps is the way from one to the next.
#[component]
pub fn Board(state: State) -> impl IntoView {
    let lanes = Status::ALL.map(|status| {
        let ids = Memo::new(move |_| state.ids(Some(status)));
        let kind = OrderKind::Booking;
        view! {
            <section class="lane" aria-label=status.word(kind)>
                <h2><StatusBadge status kind/> <span class="number">{move || ids.with(Vec::len).to_string()}</span></h2>
                <ul>
                    <For each=move || ids.get() key=|id| *id let:id>
                        <BoardCard id state/>
                    </For>
                </ul>
            </section>
        }
        .into_any()
    });
    view! { <div class="board" tabindex="0" role="region" aria-label="Board">{lanes.collect_view()}</div> }
}

#[component]
fn BoardCard(id: OrderId, state: State) -> impl IntoView {
    let row = state.row(id);
    let order = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.card.clone())));
    view! {
        <li class="card lane__card">
            {changing(move || row.get().map(|row| {
                let order = row.order.card.clone();
                view! {
                    <h3 class="cut"><a href=format!("/orders/{}", order.code) dir="auto">{order.title.clone()}</a></h3>
                    <p class="cut"><bdi>{row.order.guest.name.clone()}</bdi>" · "{order.code.to_string()}</p>
                    <Talk row/>
                }.into_any()
            }))}
            <Acts row order state/>
        </li>
    }
}
