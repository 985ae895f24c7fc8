//! Orders page of the operators (B2): all orders, as a table or as a kanban board of the same rows. A wake-up
//! makes it reload the first page with one query.

mod board;
mod kanban;
mod query;
mod row;
mod rows;
mod table;

use leptos::prelude::*;

use super::layout::OperatorLayout;
use crate::{
    api::orders::get_desk,
    shared::{orders::board::OrderBoardPage as Board, page::payload::PagePayload, words},
    ui::components::{ResourceView, Skeleton, not_found::LoadError, page_resource},
};
use board::OrderBoard;
use query::{OrderQuery, use_order_query};

#[component]
pub fn OrderBoardPage() -> impl IntoView {
    let query = use_order_query();
    let payload = page_resource(Signal::derive(move || query.with(OrderQuery::href)), move || {
        let filter = query.get_untracked().filter();
        Box::pin(async move { PagePayload::new(get_desk(filter, None).await) })
    });
    view! {
        <OperatorLayout title=words::operator_desk_title()>
            <header class="page__head">
                <h1>{words::operator_desk_title()}</h1>
                <ViewSwitch query/>
            </header>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |answer| match answer.take::<Board>() {
                        Ok(page) => view! { <OrderBoard query=query.get_untracked() page/> }.into_any(),
                        Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn ViewSwitch(query: Memo<OrderQuery>) -> impl IntoView {
    let link = move |is_board: bool, word: &'static str| {
        view! {
            <a
                href=move || OrderQuery { is_board, ..query.get() }.href()
                aria-current=move || (query.with(|query| query.is_board) == is_board).then_some("true")
            >
                {word}
            </a>
        }
        .into_any()
    };
    view! {
        <nav class="switch" aria-label=words::order_board_view_label()>
            {link(false, words::order_board_view_table())}{link(true, words::order_board_view_board())}
        </nav>
    }
}
