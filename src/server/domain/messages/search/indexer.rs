//! The indexer: a background task that brings the search index behind the messages up to date. Sending does nothing for it. Each
//! node indexes what it has stored; what a node has forgotten, because it died, is found by a sweep.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        store::messages::search::{
            index::{self, Indexed},
            pending,
        },
    },
    shared::errors::Result,
};

/// Changes of messages, and conversations, in one transaction: those who write wait for it.
const BATCH: usize = 50;
/// While nobody writes there are more in a transaction, up to this, as long as it takes less than [`QUIET_STEP`].
const QUIET_BATCH_MAX: usize = 2_000;
const QUIET_STEP: Duration = Duration::from_millis(100);
/// After a wake-up, to have the messages of a moment in one transaction.
const GATHER: Duration = Duration::from_millis(100);
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);
const SWEEP_PAUSE: Duration = Duration::from_millis(20);
/// Pause after a transaction that failed.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// The indexer rests this many times as long as a transaction took, if others write meanwhile.
const REST: u32 = 4;
/// Stored messages a second from which the database is left to those who write: then one batch in [`BUSY_PAUSE`].
const BUSY_MESSAGES: f64 = 2_000.0;
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// How often the log of SQLite is emptied where words were taken out, so that they are in no file.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Subscribes to the commits of this node.
pub fn subscribe(context: &Context) {
    let weak = context.downgrade();
    context.store.subscribe(move |updates| {
        if let Some(context) = weak.upgrade() {
            context.pending_index.add(updates);
        }
    });
}

/// Indexes until the server stops.
pub async fn run_in_background(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = index_repeatedly(&context) => {}
        () = sweep_repeatedly(&context) => {}
    }
}

async fn index_repeatedly(context: &Context) {
    let pending = &context.pending_index;
    let mut pace = Pace::new(pending.messages());
    let mut log = Log::default();
    loop {
        if pending.is_empty() {
            match log.due() {
                Some(wait) if timeout(wait, pending.arrived()).await.is_err() => {
                    log.was_emptied(context.store.empty_log().await);
                    continue;
                }
                Some(_) => {}
                None => pending.arrived().await,
            }
            sleep(GATHER).await;
        }
        let began = Instant::now();
        match step(context, pace.batch).await {
            Ok(indexed) => {
                log.has_removed |= indexed.removed > 0;
                sleep(pace.rest(pending.messages(), began.elapsed())).await;
            }
            Err(_) => sleep(RETRY_PAUSE).await,
        }
    }
}

/// Indexes the next batch of what waits.
async fn step(context: &ContextInner, max: usize) -> Result<Indexed> {
    let taken = context.pending_index.take(max);
    if taken.is_empty() {
        context.pending_index.give_back(taken);
        return Ok(Indexed::default());
    }
    let batch = taken.clone();
    let written = context.store.write(move |mut conn| {
        let batch = batch.clone();
        Box::pin(async move { index::index(&mut conn, &batch, max).await })
    });
    match written.await {
        Ok(indexed) => {
            context.pending_index.give_back(indexed.rest.iter().copied());
            Ok(indexed)
        }
        Err(error) => {
            context.pending_index.give_back(taken);
            Err(failed(error))
        }
    }
}

/// Indexes everything that is not indexed yet, and returns when all of it is.
pub async fn catch_up(context: &ContextInner) -> Result<()> {
    loop {
        let (mut after, mut is_behind) = (Some(Uuid::nil()), false);
        while let Some(from) = after {
            let (behind, next) = swept(context, from).await?;
            is_behind |= !behind.is_empty();
            context.pending_index.insert(behind);
            while !context.pending_index.is_empty() {
                step(context, BATCH).await?;
            }
            after = next;
        }
        if !is_behind {
            return Ok(());
        }
    }
}

async fn sweep_repeatedly(context: &Context) {
    loop {
        let mut after = Some(Uuid::nil());
        while let Some(from) = after {
            match sweep(context, from).await {
                Ok(next) => after = next,
                Err(_) => sleep(RETRY_PAUSE).await,
            }
            // What waits goes first, so that no more is remembered than needs be.
            while !context.pending_index.is_empty() && after.is_some() {
                sleep(SWEEP_PAUSE).await;
            }
            sleep(SWEEP_PAUSE).await;
        }
        while !context.pending_index.is_complete() && !context.pending_index.is_settled() {
            sleep(SWEEP_PAUSE).await;
        }
        context.pending_index.set_complete();
        let mut waited = Duration::ZERO;
        while waited < SWEEP_INTERVAL && !context.pending_index.has_overflowed() {
            sleep(Duration::from_secs(1)).await;
            waited += Duration::from_secs(1);
        }
    }
}

/// Looks at the next conversations, and remembers those that are not indexed. Answers where to go on.
async fn sweep(context: &ContextInner, after: Uuid) -> Result<Option<Uuid>> {
    let (behind, next) = swept(context, after).await?;
    if !behind.is_empty() {
        context.pending_index.insert(behind);
    }
    Ok(next)
}

async fn swept(context: &ContextInner, after: Uuid) -> Result<(Vec<Uuid>, Option<Uuid>)> {
    let swept = context
        .store
        .read_one(move |mut conn| Box::pin(async move { pending::sweep(&mut conn, after).await }));
    swept.await.map_err(failed)
}

/// How much the indexer does at a time, and how long it rests then, by how much is written meanwhile.
struct Pace {
    messages: u64,
    since: Instant,
    a_second: f64,
    batch: usize,
}

impl Pace {
    fn new(messages: u64) -> Self {
        Self { messages, since: Instant::now(), a_second: 0.0, batch: BATCH }
    }

    fn rest(&mut self, messages: u64, took: Duration) -> Duration {
        let elapsed = self.since.elapsed();
        if elapsed > BUSY_PAUSE {
            self.a_second = (messages - self.messages) as f64 / elapsed.as_secs_f64();
            (self.messages, self.since) = (messages, Instant::now());
        }
        if self.a_second > 1.0 {
            self.batch = BATCH;
        } else if took < QUIET_STEP / 2 {
            self.batch = (self.batch * 2).min(QUIET_BATCH_MAX);
        } else if took > QUIET_STEP {
            self.batch = (self.batch / 2).max(BATCH);
        }
        match self.a_second {
            rate if rate > BUSY_MESSAGES => BUSY_PAUSE,
            rate if rate > 1.0 => (took * REST).min(BUSY_PAUSE),
            _ => took / 4,
        }
    }
}

/// When the log of SQLite is to be emptied.
#[derive(Default)]
struct Log {
    has_removed: bool,
    emptied_at: Option<Instant>,
}

impl Log {
    /// After what time, if there is something in it.
    fn due(&self) -> Option<Duration> {
        let since = self.emptied_at.map_or(LOG_INTERVAL, |at| at.elapsed());
        self.has_removed.then(|| LOG_INTERVAL.saturating_sub(since))
    }

    fn was_emptied(&mut self, is_empty: bool) {
        self.has_removed = !is_empty;
        self.emptied_at = Some(Instant::now());
    }
}
