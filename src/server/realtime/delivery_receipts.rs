//! Delivery receipts: stores what devices have reported, the reports of all users in one transaction a few times a
//! second. Nobody waits for it.

use std::{pin::pin, time::Duration};

use tokio::time::sleep;

use crate::server::{
    context::{Context, ContextInner},
    store::{StoreError, messages::receipts::delivery},
};

/// The shortest time between two transactions.
const INTERVAL: Duration = Duration::from_millis(200);
/// Users whose reports share a transaction.
const USERS_PER_TRANSACTION_MAX: usize = 50;

/// Runs until the server stops.
pub async fn run(context: Context) {
    let mut stopped = pin!(context.stopped());
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = context.delivery_reports.arrived() => {}
        }
        store_reports(&context).await;
        tokio::select! {
            () = &mut stopped => return,
            () = sleep(INTERVAL) => {}
        }
    }
}

/// Stores all reports that wait. Those that can't be stored now wait for the next time.
pub async fn store_reports(context: &ContextInner) {
    let _storing = context.delivery_reports.storing.lock().await;
    loop {
        let reports = context.delivery_reports.take(USERS_PER_TRANSACTION_MAX);
        if reports.is_empty() {
            return;
        }
        let of_transaction = reports.clone();
        let stored = context.store.write(move |mut conn| {
            Box::pin(async move { delivery::mark_delivered(&mut conn, &of_transaction).await })
        });
        match stored.await {
            Ok(left) => context.delivery_reports.push_all(left),
            Err(error) => {
                tracing::warn!(%error, "delivery receipts were not stored");
                if !matches!(error, StoreError::Database(_)) {
                    context.delivery_reports.push_all(reports);
                }
                return;
            }
        }
    }
}
