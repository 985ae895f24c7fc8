//! Rows of the orders page: loading, pagination, and the merge of a refreshed first page.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::orders::get_desk,
    shared::{
        ids::OrderId,
        orders::{
            ORDERS_PAGE,
            board::{OrderBoardPage, OrderBoardRow},
            filter::OrderFilter,
            workflow::Status,
        },
    },
    ui::components::Toasts,
};

/// The rows shown now, with the filter that they were loaded by. A refresh replaces rows by their order's id,
/// so that a form which the operator has open in a row stays as it is.
#[derive(Clone, Copy)]
pub struct OrderRows {
    pub page: RwSignal<OrderBoardPage>,
    pub filter: StoredValue<OrderFilter>,
    pub toasts: Toasts,
    /// The refresh that is on its way, if any.
    pub refreshing: StoredValue<Option<Refreshing>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refreshing {
    Once,
    /// Something came in between: another one follows.
    Again,
}

impl OrderRows {
    pub fn row(self, id: OrderId) -> Memo<Option<OrderBoardRow>> {
        Memo::new(move |_| {
            self.page.with(|page| page.rows.iter().find(|row| row.order.card.id == id).cloned())
        })
    }

    /// The ids of all orders, or of those in one status.
    pub fn ids(self, status: Option<Status>) -> Vec<OrderId> {
        let is_wanted = |row: &&OrderBoardRow| status.is_none_or(|status| row.order.card.status == status);
        self.page.with(|page| page.rows.iter().filter(is_wanted).map(|row| row.order.card.id).collect())
    }

    /// Loads the first page again. One request is on its way at a time: what comes in between causes one more.
    pub fn refresh(self) {
        if self.refreshing.get_value().is_some() {
            return self.refreshing.set_value(Some(Refreshing::Again));
        }
        self.refreshing.set_value(Some(Refreshing::Once));
        spawn_local(async move {
            let answer = get_desk(self.filter.get_value(), None).await;
            if let Some(fresh) = self.toasts.settle("refresh-desk", answer) {
                self.page.try_update(|page| merge_first_page(page, fresh));
            }
            // The page may be gone by now.
            let before = self.refreshing.try_update_value(Option::take).flatten();
            if before == Some(Refreshing::Again) {
                self.refresh();
            }
        });
    }

    /// Loads the next page below the others.
    pub fn load_older(self) {
        let Some(after) = self.page.with_untracked(|page| page.next) else { return };
        spawn_local(async move {
            let answer = get_desk(self.filter.get_value(), Some(after)).await;
            if let Some(older) = self.toasts.settle("older-orders", answer) {
                self.page.try_update(|page| {
                    page.next = older.next;
                    page.rows.extend(older.rows);
                });
            }
        });
    }
}

/// Replaces the first page. Rows of later pages stay below it.
fn merge_first_page(page: &mut OrderBoardPage, fresh: OrderBoardPage) {
    let is_in_fresh =
        |row: &OrderBoardRow| fresh.rows.iter().any(|one| one.order.card.id == row.order.card.id);
    let was_extended = page.rows.len() > ORDERS_PAGE as usize;
    let below: Vec<_> = page.rows.iter().filter(|row| was_extended && !is_in_fresh(row)).cloned().collect();
    let next = if was_extended { page.next } else { fresh.next };
    *page = OrderBoardPage { next, ..fresh };
    page.rows.extend(below);
}
