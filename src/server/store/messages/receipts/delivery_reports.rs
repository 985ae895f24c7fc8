//! Delivery reports that wait for the transaction that they share: of each user the highest sync position that a device
//! has applied.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::shared::{ids::UserId, positions::SyncSeq};

/// Users whose reports wait. Further ones are dropped: their next report covers what the dropped one said.
const WAITING_MAX: usize = 100_000;

#[derive(Default)]
pub struct DeliveryReports {
    waiting: Mutex<HashMap<UserId, SyncSeq>>,
    arrived: Notify,
    /// Held while reports are stored: whoever waits for it finds stored what was taken before.
    pub storing: tokio::sync::Mutex<()>,
}

impl DeliveryReports {
    /// Adds a report, which is stored soon.
    pub fn push(&self, user: UserId, applied: SyncSeq) {
        self.push_all([(user, applied)]);
    }

    pub fn push_all(&self, reports: impl IntoIterator<Item = (UserId, SyncSeq)>) {
        let mut waiting = self.waiting();
        for (user, applied) in reports {
            if waiting.len() < WAITING_MAX || waiting.contains_key(&user) {
                let highest = waiting.entry(user).or_insert(applied);
                *highest = applied.max(*highest);
                self.arrived.notify_one();
            }
        }
    }

    /// Waits for a report since the last call.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Takes the reports of at most `max` users.
    pub fn take(&self, max: usize) -> Vec<(UserId, SyncSeq)> {
        let mut waiting = self.waiting();
        if waiting.len() <= max {
            return waiting.drain().collect();
        }
        let users: Vec<_> = waiting.keys().take(max).copied().collect();
        users.into_iter().filter_map(|user| waiting.remove_entry(&user)).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<UserId, SyncSeq>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
