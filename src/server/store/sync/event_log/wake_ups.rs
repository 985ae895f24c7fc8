//! What a node knows of the event log: what it has to collect, and wake-ups for its workers.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, watch};

use crate::server::store::{messages::search::pending::PendingIndex, sync::updates::Updates};

#[derive(Default)]
pub struct EventLog {
    /// Whether somebody follows: otherwise commits are not even remembered.
    is_on: AtomicBool,
    /// Conversations that are not collected to their end.
    pub pending: PendingIndex,
    look: Notify,
    /// Changes with each transaction that has collected something, and whatever else the workers of webhooks have to look at.
    arrivals: watch::Sender<()>,
}

impl EventLog {
    /// Remembers what a commit has changed.
    pub fn add(&self, updates: &Updates) {
        if self.is_on.load(Ordering::Relaxed) {
            self.pending.add(updates);
        }
        if updates.events > 0 {
            self.look_again();
        }
    }

    pub fn set_on(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    /// The log may have started or something may be in the outbox: the collector looks now.
    pub fn look_again(&self) {
        self.look.notify_one();
    }

    pub async fn look_wanted(&self) {
        self.look.notified().await;
    }

    /// The workers of webhooks look now.
    pub fn wake_workers(&self) {
        self.arrivals.send_replace(());
    }

    pub fn arrivals(&self) -> watch::Receiver<()> {
        self.arrivals.subscribe()
    }
}
