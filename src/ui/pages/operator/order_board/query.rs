//! Query string of the orders page: filter, search and view.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    shared::{
        listings::SEARCH_MAX_CHARS,
        orders::{filter::OrderFilter, workflow::Status},
    },
    ui::pages::operator::layout::href_with_query,
};

pub const PATH: &str = "/operator/orders";

/// Filter, search and view of the page, as the URL's query string holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// The chip that is chosen: a status, `unread`, or empty for all.
    pub show: String,
    pub search: String,
    /// As a kanban board, else as a table.
    pub is_board: bool,
}

impl OrderQuery {
    pub fn href(&self) -> String {
        href_with_query(PATH, &[("show", &self.show), ("q", &self.search), ("view", self.view())])
    }

    pub fn view(&self) -> &'static str {
        if self.is_board { "board" } else { "" }
    }

    pub fn filter(&self) -> OrderFilter {
        OrderFilter {
            statuses: Status::parse(&self.show).into_iter().collect(),
            is_unread_only: self.show == "unread",
            search: self.search.clone(),
        }
    }
}

pub fn use_order_query() -> Memo<OrderQuery> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| OrderQuery {
            show: query.get_str("show").unwrap_or_default().to_owned(),
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            is_board: query.get_str("view") == Some("board"),
        })
    })
}
