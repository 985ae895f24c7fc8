//! Upgrade of texts that were stored before they were normalised, in the background, once for each database.

use std::time::Duration;

use uuid::Uuid;

use crate::server::{
    context::Context,
    store::{Result, text_upgrade},
};

/// Rows in one transaction, so that others' writes need not wait.
const BATCH: i64 = 200;
/// Until it is tried again after an error.
const RETRY: Duration = Duration::from_secs(30);

/// Runs the upgrade until it is done, or the server stops.
pub async fn run_in_background(context: Context) {
    loop {
        match run(&context).await {
            Ok(0) => return,
            Ok(addresses) => {
                tracing::warn!(
                    addresses,
                    "e-mail addresses were left as they are, since another account has the same one, typed differently"
                );
                return;
            }
            Err(error) => tracing::warn!(%error, "stored texts could not be normalised yet"),
        }
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

/// Brings every stored name, address and search text into its normalised form. Returns how many e-mail addresses
/// stay as they are, because another account has the normalised one.
pub async fn run(context: &Context) -> Result<u64> {
    let store = &context.store;
    if store.read_one(|mut conn| Box::pin(async move { text_upgrade::is_done(&mut conn).await })).await? {
        return Ok(0);
    }
    let (mut after, mut kept) = (Some(Uuid::nil()), 0);
    while let Some(id) = after {
        let batch = store
            .write(move |mut conn| Box::pin(async move { text_upgrade::users(&mut conn, id, BATCH).await }));
        let (next, kept_of_batch) = batch.await?;
        (after, kept) = (next, kept + kept_of_batch);
    }
    /// Runs one kind of batch to its end.
    macro_rules! run_batches {
        ($batch:path) => {
            let mut after = Some(Uuid::nil());
            while let Some(id) = after {
                let batch =
                    store.write(move |mut conn| Box::pin(async move { $batch(&mut conn, id, BATCH).await }));
                after = batch.await?;
            }
        };
    }
    run_batches!(text_upgrade::listings);
    run_batches!(text_upgrade::orders);
    run_batches!(text_upgrade::rooms);
    store.write(|mut conn| Box::pin(async move { text_upgrade::set_done(&mut conn).await })).await?;
    Ok(kept)
}
