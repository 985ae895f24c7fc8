//! Conversations whose messages are not all in the index yet.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::server::store::{
    Conn, Result, on,
    sync::updates::{Delta, Updates},
};

/// Conversations that are remembered. Further ones are found by the sweep.
const WAITING_MAX: usize = 100_000;
/// Conversations that one step of the sweep looks at.
const SWEPT: i64 = 2_000;
/// Searches that run at the same time: a core is left for those who write.
const SEARCHES_MAX: usize = 2;

/// What this node has to index, and what searches of it share.
pub struct PendingIndex {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    /// More has come than is remembered.
    has_overflowed: AtomicBool,
    /// Messages that this node has stored: the indexer leaves the database to those who write much.
    messages: AtomicU64,
    /// Every conversation has been looked at since the start.
    is_complete: AtomicBool,
    /// Turns of searches.
    pub searches: Semaphore,
}

#[derive(Default)]
struct Waiting {
    since: HashMap<Uuid, Instant>,
    /// Batches that were taken and are not written yet.
    taken: usize,
}

impl Default for PendingIndex {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            arrived: Notify::new(),
            has_overflowed: AtomicBool::new(false),
            messages: AtomicU64::new(0),
            is_complete: AtomicBool::new(false),
            searches: Semaphore::new(SEARCHES_MAX),
        }
    }
}

impl PendingIndex {
    /// Remembers the conversations of a commit.
    pub fn add(&self, updates: &Updates) {
        self.messages.fetch_add(updates.messages, Ordering::Relaxed);
        let appended =
            updates.deltas.iter().chain(&updates.first_messages).filter_map(|delta| match &**delta {
                Delta::Append(append) => Some(append.message.conversation.0),
                Delta::Receipt(_) => None,
            });
        self.insert(appended.chain(updates.conversations.iter().copied()));
    }

    pub fn insert(&self, conversations: impl IntoIterator<Item = Uuid>) {
        let mut waiting = self.waiting();
        self.insert_into(&mut waiting, conversations);
    }

    fn insert_into(&self, waiting: &mut Waiting, conversations: impl IntoIterator<Item = Uuid>) {
        let mut has_new = false;
        for id in conversations {
            if waiting.since.len() < WAITING_MAX {
                waiting.since.entry(id).or_insert_with(Instant::now);
            } else {
                self.has_overflowed.store(true, Ordering::Relaxed);
            }
            has_new = true;
        }
        if has_new {
            self.arrived.notify_one();
        }
    }

    /// Takes some, sorted: all nodes take locks in one order. [`Self::give_back`] ends it.
    pub fn take(&self, max: usize) -> Vec<Uuid> {
        let mut waiting = self.waiting();
        let mut oldest: Vec<(Instant, Uuid)> =
            waiting.since.iter().map(|(id, since)| (*since, *id)).collect();
        if oldest.len() > max {
            oldest.select_nth_unstable(max);
            oldest.truncate(max);
        }
        let mut taken: Vec<Uuid> = oldest.into_iter().map(|(_, id)| id).collect();
        for id in &taken {
            waiting.since.remove(id);
        }
        waiting.taken += 1;
        taken.sort_unstable();
        taken
    }

    /// What was taken is done, but for these.
    pub fn give_back(&self, conversations: impl IntoIterator<Item = Uuid>) {
        let mut waiting = self.waiting();
        self.insert_into(&mut waiting, conversations);
        waiting.taken -= 1;
    }

    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// How many wait, and how long the first of them has waited.
    pub fn lag(&self) -> (usize, Duration) {
        let waiting = self.waiting();
        let since = waiting.since.values().min().map(Instant::elapsed);
        (waiting.since.len(), since.unwrap_or_default())
    }

    pub fn is_empty(&self) -> bool {
        self.waiting().since.is_empty()
    }

    /// Whether nothing waits and nothing is being written.
    pub fn is_settled(&self) -> bool {
        let waiting = self.waiting();
        waiting.since.is_empty() && waiting.taken == 0
    }

    /// Whether more has come than is remembered, since the last call.
    pub fn has_overflowed(&self) -> bool {
        self.has_overflowed.swap(false, Ordering::Relaxed)
    }

    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    pub fn is_complete(&self) -> bool {
        self.is_complete.load(Ordering::Relaxed)
    }

    pub fn set_complete(&self) {
        self.is_complete.store(true, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Conversations that are not fully indexed, among the next ones after `after` in the order of their ids; and where to go on.
pub async fn sweep(conn: &mut Conn<'_>, after: Uuid) -> Result<(Vec<Uuid>, Option<Uuid>)> {
    let rows: Vec<(Uuid, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT c.id, c.version > COALESCE(s.version, 0) OR c.floor_seq > COALESCE(s.floor_seq, 0) FROM conversations c \
         LEFT JOIN search_state s ON s.conversation_id = c.id WHERE c.id > $1 ORDER BY c.id LIMIT $2")
        .bind(after).bind(SWEPT).fetch_all(&mut **c).await?);
    let next = rows.last().filter(|_| rows.len() as i64 == SWEPT).map(|(id, _)| *id);
    Ok((rows.into_iter().filter(|(_, is_behind)| *is_behind).map(|(id, _)| id).collect(), next))
}
