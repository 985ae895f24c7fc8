//! Search of the palette: what the viewer has typed, and what the server finds for it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{
        listings::get_listings,
        orders::{get_desk, get_orders},
    },
    browser::{Live, use_live},
    shared::{
        ids::ConversationId,
        listings::ListingCard,
        orders::{
            card::OrderCard,
            filter::{OrderFilter, OrderView},
        },
    },
    ui::shell::nav_item::is_operator,
};

/// Debounce: a search is sent when the viewer has not typed for this long.
const SEARCH_DEBOUNCE: Duration = Duration::from_millis(200);
/// The server finds nothing useful for a single letter.
const QUERY_MIN_CHARS: usize = 2;

/// What the server has found. Its order is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub conversations: Vec<ConversationId>,
    pub listings: Vec<ListingCard>,
    pub orders: Vec<OrderCard>,
}

#[derive(Clone, Copy)]
pub struct Search {
    live: Live,
    is_operator: bool,
    pub query: RwSignal<String>,
    pub found: RwSignal<Found>,
    /// Whether an answer is still to come.
    pub is_searching: RwSignal<bool>,
    /// The number of the last request: an answer to an earlier one is dropped.
    last_request: StoredValue<u32>,
}

impl Search {
    pub fn new() -> Self {
        Self {
            live: use_live(),
            is_operator: is_operator(),
            query: RwSignal::new(String::new()),
            found: RwSignal::new(Found::default()),
            is_searching: RwSignal::new(false),
            last_request: StoredValue::new(0),
        }
    }

    /// Searches for `typed` once the viewer stops to type. What was found before stays until the answer comes.
    pub fn set(self, typed: String) {
        let query = typed.trim().to_owned();
        self.query.set(query.clone());
        let number = self.last_request.try_update_value(|last| {
            *last += 1;
            *last
        });
        let is_current = move || self.last_request.try_get_value() == number;
        let is_wanted = query.chars().count() >= QUERY_MIN_CHARS;
        self.is_searching.set(is_wanted);
        if !is_wanted {
            self.found.set(Found::default());
            return;
        }
        set_timeout(
            move || {
                spawn_local(async move {
                    if !is_current() {
                        return;
                    }
                    let found = self.fetch(query).await;
                    if is_current() {
                        self.found.set(found);
                        self.is_searching.set(false);
                    }
                });
            },
            SEARCH_DEBOUNCE,
        );
    }

    /// One after the other. What can't be had is left out: what this browser knows is shown in any case.
    async fn fetch(self, query: String) -> Found {
        let mut found = Found::default();
        if self.live.viewer.is_some() {
            found.conversations = self.live.search_inbox(query.clone(), false).await.unwrap_or_default();
            let filter = OrderFilter { search: query.clone(), ..OrderFilter::default() };
            for view in [OrderView::Mine, OrderView::Hosting] {
                let orders = get_orders(view, filter.clone(), None).await.map(|page| page.orders);
                let rows = orders.unwrap_or_default().into_iter();
                found.orders.extend(rows.filter_map(|row| row.subject.order().cloned()));
            }
            if self.is_operator {
                let rows = get_desk(filter, None).await.map(|page| page.rows).unwrap_or_default();
                found.orders.extend(rows.into_iter().map(|row| row.order.card));
            }
        }
        let listings = get_listings(Some(query), None, None).await;
        found.listings = listings.map(|page| page.listings).unwrap_or_default();
        found
    }
}
