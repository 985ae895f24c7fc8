//! Check of the file store: writes, reads and deletes a few bytes.

use super::{Finding, error, ok};
use crate::server::{
    config::Serve,
    outside::{file_store::FileStore, virus_scanner::VirusScanner},
};

const ABOUT: &str = "files";

/// Checks the virus scanner, if there is one.
pub async fn examine_scanner(config: &Serve) -> Option<Finding> {
    let about = "virus scanner";
    Some(match VirusScanner::parse(config.files.virus_scanner.as_deref()?) {
        Ok(scanner) => match scanner.test().await {
            Ok(()) => ok(about, "answers".to_owned()),
            Err(reason) => error(
                about,
                format!("no file can be sent: {reason}; start clamd, or look at --virus-scanner"),
            ),
        },
        Err(reason) => error(about, reason),
    })
}

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
