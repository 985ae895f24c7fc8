//! The store for work in the background that nobody waits for, such as mails and pushes that are due all at once: one command
//! at a time, each followed by a pause as long as it took. However much is due, those who write keep most of the database,
//! and the slower it is the longer are the pauses.

use std::{sync::Arc, time::Instant};

use futures::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

use super::{Conn, Result, Store};

/// Commands and reads that run at the same time.
const CONCURRENT_MAX: usize = 1;

#[derive(Clone)]
pub struct LowPriorityStore {
    store: Store,
    turns: Arc<Semaphore>,
}

impl LowPriorityStore {
    pub fn new(store: Store) -> Self {
        Self { store, turns: Arc::new(Semaphore::new(CONCURRENT_MAX)) }
    }

    /// [`Store::write`], when it has its turn.
    pub async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        let _turn = self.turn().await;
        self.store.write(command).await
    }

    /// The same for what a crash of the database may undo, because it is done again then: PostgreSQL answers its commit before
    /// it is on disk, so that nobody waits for its locks.
    pub async fn write_repeatable<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        self.write(move |mut conn| {
            Box::pin(async move {
                conn.commit_before_flush().await?;
                command(conn).await
            })
        })
        .await
    }

    /// [`Store::read`], when it has its turn.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let _turn = self.turn().await;
        self.store.read(query).await
    }

    /// [`Store::read_one`], when it has its turn.
    pub async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let _turn = self.turn().await;
        self.store.read_one(query).await
    }

    async fn turn(&self) -> Option<Turn> {
        let permit = self.turns.clone().acquire_owned().await.ok()?;
        Some(Turn { permit: Some(permit), began: Instant::now() })
    }
}

/// The permit to use the database, which is given back as long after its end as it lasted.
struct Turn {
    permit: Option<OwnedSemaphorePermit>,
    began: Instant,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (permit, lasted) = (self.permit.take(), self.began.elapsed());
        let pause = async move {
            sleep(lasted).await;
            drop(permit);
        };
        // A server that ends needs none.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(pause);
        }
    }
}
