//! Readers: a fixed number of read-only connections, each with a time limit of its own.
//!
//! Each is a pool of one, since sqlx's pool does not say which of its connections it hands out, and the time
//! limit belongs to a connection.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::time_limit::Deadline;
use crate::server::store::{Result, StoreError, TimeLimit};

const READERS_MAX: usize = 4;
/// How long a read waits for a connection, and how long it may take.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const READ_TIMEOUT: Duration = Duration::from_secs(5);
const LONG_READ_TIMEOUT: Duration = Duration::from_secs(30);
const SEARCH_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Readers(Arc<Inner>);

struct Inner {
    readers: Vec<(SqlitePool, Deadline)>,
    /// Indexes of the readers that nobody uses. There are as many permits.
    idle: Mutex<Vec<usize>>,
    permits: Arc<Semaphore>,
    /// The runtime in which the database was opened. It lives as long as the server.
    runtime: Handle,
}

/// A connection for one read. It goes back when this is dropped, also in the middle of the read.
pub(super) struct Reader {
    connection: Option<PoolConnection<sqlx::Sqlite>>,
    place: Place,
}

/// A reader that is in use.
struct Place {
    index: usize,
    readers: Readers,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) async fn open(options: SqliteConnectOptions) -> sqlx::Result<Self> {
        let mut readers = Vec::new();
        for _ in 0..READERS_MAX {
            let deadline = Deadline::none();
            let installed = deadline.clone();
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                // A file does not disconnect as a server may, so a reader needs no ping before use.
                .test_before_acquire(false)
                .after_connect(move |connection, _| {
                    let deadline = installed.clone();
                    Box::pin(async move { deadline.install(connection).await })
                })
                .connect_lazy_with(options.clone());
            readers.push((pool, deadline));
        }
        // Opens one, to report now what is wrong with the file.
        drop(readers[0].0.acquire().await?);
        let idle = Mutex::new((0..READERS_MAX).rev().collect());
        let permits = Arc::new(Semaphore::new(READERS_MAX));
        Ok(Self(Arc::new(Inner { readers, idle, permits, runtime: Handle::current() })))
    }

    /// Waits for a reader, and begins its time limit.
    pub(super) async fn acquire(&self, limit: TimeLimit) -> Result<Reader> {
        let permit = tokio::time::timeout(ACQUIRE_TIMEOUT, self.0.permits.clone().acquire_owned());
        let permit = permit.await.map_err(|_| StoreError::Retry)?.map_err(|_| StoreError::Retry)?;
        let index = self.idle().pop().ok_or(StoreError::Retry)?;
        let place = Place { index, readers: self.clone(), _permit: permit };
        let (pool, deadline) = &self.0.readers[index];
        let connection = pool.acquire().await?;
        deadline.begin(match limit {
            TimeLimit::Short => READ_TIMEOUT,
            TimeLimit::Long => LONG_READ_TIMEOUT,
            TimeLimit::Search => SEARCH_TIMEOUT,
        });
        Ok(Reader { connection: Some(connection), place })
    }

    /// Waits for running reads, and closes the connections.
    pub(super) async fn close(&self) {
        for (pool, _) in &self.0.readers {
            pool.close().await;
        }
    }

    /// Connections that are open, and how many of them are idle.
    pub(super) fn connections(&self) -> (u32, usize) {
        let open = self.0.readers.iter().map(|(pool, _)| pool.size()).sum();
        (open, self.0.readers.iter().map(|(pool, _)| pool.num_idle()).sum())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    pub(super) fn connection(&mut self) -> Result<&mut PoolConnection<sqlx::Sqlite>> {
        self.connection.as_mut().ok_or(StoreError::Retry)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Returning the connection spawns a task, which must not end with the short-lived runtime of a page.
        let _runtime = self.place.readers.0.runtime.enter();
        drop(self.connection.take());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Before its permit is given back.
        self.readers.idle().push(self.index);
    }
}
