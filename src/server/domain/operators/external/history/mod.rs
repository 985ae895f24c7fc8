//! Import of what a marketplace had elsewhere (decision 51): users, listings, orders, and conversations with their messages and times. Lines
//! come in the order of their [`Place`], and are stored in transactions of bounded size. Everything is found again by the marketplace's
//! ids, so the same lines again change nothing, and what was cut off goes on.

mod batch;
mod check;
mod outcome;
mod place;
mod store;

use std::sync::Arc;

use super::{
    Sender,
    lines::{Line, LineBody, LineKind},
};
use crate::{
    server::{
        domain::{failed, users::sign_in::embed::accounts::subject_of},
        store::{Store, StoreError, conversations::imported},
    },
    shared::{errors::Result, values::time::Timestamp},
};
use batch::{Batch, Talk};
pub use outcome::Outcome;
pub use place::Place;

/// Users whose inboxes one query looks at.
const INBOXES: i64 = 200;
/// A transaction that was rolled back is tried so often.
const ATTEMPTS: usize = 5;

/// Called with each line's number, kind, id and what came of it.
pub type Report<'a> = &'a mut (dyn FnMut(u64, LineKind, &str, Outcome) + Send);

/// An import under way.
pub struct History<'a> {
    store: Store,
    sender: Arc<Sender>,
    now: Timestamp,
    pending: Batch,
    report: Report<'a>,
}

impl<'a> History<'a> {
    pub fn new(store: Store, sender: Sender, now: Timestamp, report: Report<'a>) -> Self {
        Self { store, sender: Arc::new(sender), now, pending: Batch::default(), report }
    }

    /// Takes the next line. `number` is its number in what was read.
    pub async fn take(&mut self, number: u64, line: Line) -> Result<()> {
        let is_message = matches!(line.body, LineBody::Message(_));
        if self.pending.is_full() || self.pending.is_of_another_kind(&line) {
            self.flush(is_message).await?;
        }
        if let Some((id, refused)) = self.pending.push(number, line) {
            (self.report)(number, LineKind::Message, &id, Outcome::Refused(refused));
        }
        Ok(())
    }

    /// Stores what is left, and puts inboxes into the order in which something was last said.
    pub async fn finish(mut self) -> Result<()> {
        self.flush(false).await?;
        let mut after = Some(subject_of(&self.sender.issuer, ""));
        while let Some(from) = after {
            let looked = self.store.read_one(move |mut conn| {
                Box::pin(async move { imported::out_of_order(&mut conn, &from, INBOXES).await })
            });
            let (users, next) = looked.await.map_err(failed)?;
            for user in users {
                let written = self.store.write(move |mut conn| {
                    Box::pin(async move { imported::put_in_order(&mut conn, user).await })
                });
                written.await.map_err(failed)?;
            }
            after = next;
        }
        Ok(())
    }

    /// Stores what waits. `goes_on`: the next line is a message, which may be of the last conversation.
    async fn flush(&mut self, goes_on: bool) -> Result<()> {
        let batch = Arc::new(std::mem::take(&mut self.pending));
        if batch.is_empty() {
            return Ok(());
        }
        let outcomes = self.write(&batch).await?;
        let lines = batch.lines();
        for ((number, kind, id), outcome) in lines.zip(outcomes) {
            (self.report)(number, kind, id, outcome);
        }
        if goes_on {
            self.pending.talks.extend(batch.talks.last().map(Talk::going_on));
        }
        Ok(())
    }

    /// Runs the transaction. Its outcomes have the order of [`Batch::lines`].
    async fn write(&self, batch: &Arc<Batch>) -> Result<Vec<Outcome>> {
        let mut attempt = 1;
        loop {
            let (batch, sender, now) = (batch.clone(), self.sender.clone(), self.now);
            let written = self.store.write(move |mut conn| {
                let (batch, sender) = (batch.clone(), sender.clone());
                Box::pin(async move { store::batch(&mut conn, &sender, &batch, now).await })
            });
            match written.await {
                Err(StoreError::Retry) if attempt < ATTEMPTS => attempt += 1,
                written => return written.map_err(failed),
            }
        }
    }
}
