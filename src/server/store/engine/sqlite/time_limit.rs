//! Time limit of statements on SQLite, which has none by itself: a progress handler interrupts what runs for
//! longer. It is called by the thread that runs the statement, which lets others go first where processors are few: what
//! somebody sends does not wait for what another searches.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::SqliteConnection;

/// Instructions of SQLite's virtual machine between two looks at the time; about a millisecond.
const OPS_BETWEEN_CHECKS: i32 = 20_000;

/// The time until which one connection may work on what it does now.
#[derive(Clone)]
pub(super) struct Deadline {
    start: Instant,
    /// Milliseconds since `start`.
    end_ms: Arc<AtomicU64>,
}

impl Deadline {
    pub(super) fn none() -> Self {
        Self { start: Instant::now(), end_ms: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    /// Has this connection interrupt its statements from now on.
    pub(super) async fn install(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let deadline = self.clone();
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(OPS_BETWEEN_CHECKS, move || {
            std::thread::yield_now();
            !deadline.is_over()
        });
        Ok(())
    }

    /// Begins again: what runs after this time from now is interrupted.
    pub(super) fn begin(&self, limit: Duration) {
        let end = self.start.elapsed().saturating_add(limit);
        self.end_ms.store(u64::try_from(end.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.start.elapsed().as_millis() > u128::from(self.end_ms.load(Ordering::Relaxed))
    }
}
