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
        errors::{ErrorCode, Result},
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
const SEARCH_DEBOUNCE: Duration = Duration::from_millis(400);
/// How long the palette waits where the server does not say after which time it may ask again.
const RETRY_SECONDS: i64 = 2;
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
    pub is_operator: bool,
    pub query: RwSignal<String>,
    pub found: RwSignal<Found>,
    /// Whether an answer is still to come.
    pub is_searching: RwSignal<bool>,
    /// Whether the last answer did not come: what is shown may not be all.
    pub is_incomplete: RwSignal<bool>,
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
            is_incomplete: RwSignal::new(false),
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
        let is_wanted = query.chars().count() >= QUERY_MIN_CHARS;
        self.is_searching.set(is_wanted);
        self.is_incomplete.set(false);
        if !is_wanted {
            self.found.set(Found::default());
            return;
        }
        set_timeout(move || self.ask(query, number), SEARCH_DEBOUNCE);
    }

    /// Asks the server, and again later if that was too fast. What can't be had is said.
    fn ask(self, query: String, number: Option<u32>) {
        let is_current = move || self.last_request.try_get_value() == number;
        if !is_current() {
            return;
        }
        spawn_local(async move {
            let answer = self.fetch(query.clone()).await;
            if !is_current() {
                return;
            }
            match answer {
                Ok(found) => self.found.set(found),
                Err(error) if error.code == ErrorCode::TooFast => {
                    let seconds = error.retry_after.unwrap_or(RETRY_SECONDS);
                    let wait = Duration::from_secs(seconds.unsigned_abs());
                    return set_timeout(move || self.ask(query, number), wait);
                }
                Err(_) => self.is_incomplete.set(true),
            }
            self.is_searching.set(false);
        });
    }

    /// One after the other. Fails if one of them can't be had: then what was found before stays.
    async fn fetch(self, query: String) -> Result<Found> {
        let mut found = Found::default();
        if self.live.viewer.is_some() {
            found.conversations = self.live.search_inbox(query.clone(), false).await?;
            let filter = OrderFilter { search: query.clone(), ..OrderFilter::default() };
            for view in [OrderView::Mine, OrderView::Hosting] {
                let rows = get_orders(view, filter.clone(), None).await?.orders.into_iter();
                found.orders.extend(rows.filter_map(|row| row.subject.order().cloned()));
            }
            if self.is_operator {
                let rows = get_desk(filter, None).await?.rows.into_iter();
                found.orders.extend(rows.map(|row| row.order.card));
            }
        }
        found.listings = get_listings(Some(query), None, None).await?.listings;
        Ok(found)
    }
}
