//! Check of the file store: writes, reads and deletes a few bytes.

use super::{Finding, error, ok};
use crate::server::{config::Serve, outside::file_store::FileStore};

const ABOUT: &str = "files";

pub async fn examine(config: &Serve) -> Finding {
    let (place, is_missing) = FileStore::find(&config.files, &config.database.database);
    if is_missing && config.nats.is_none() {
        return ok(ABOUT, format!("{place} will be made for files"));
    }
    let store = match FileStore::open(&config.files, &config.database.database) {
        Ok(store) => store,
        Err(reason) => return error(ABOUT, reason),
    };
    if store.is_local() && config.nats.is_some() {
        return error(
            ABOUT,
            format!(
                "{} is a folder of this machine, which other nodes do not see; name a bucket with --files s3://…, or a folder that all share",
                store.place()
            ),
        );
    }
    match store.test().await {
        Ok(()) => ok(ABOUT, format!("{} takes files and gives them back", store.place())),
        Err(reason) => error(ABOUT, format!("{} does not work: {reason}; look at --files", store.place())),
    }
}
