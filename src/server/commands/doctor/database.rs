//! Checks of the database: that it opens, its migrations and settings, and the clocks of both machines.

use std::path::Path;

use super::{Finding, error, ok, warning};
use crate::{
    server::{
        clock::Clock,
        config::database_url::{is_url, redacted},
        store::{
            engine::{
                inspection::{Inspection, Server, inspect},
                postgres::CONNECTIONS,
            },
            operators::webhooks::deliveries::WebhookHealth,
        },
    },
    shared::values::time::{SECOND, Timestamp},
};

/// The largest difference of clocks that counts as equal, in microseconds.
const CLOCK_SKEW_MAX: i64 = 2 * SECOND;

/// Checks the database without changing it. `is_demo`: whether the demo's accounts are to be served.
pub async fn examine(database: &str, is_demo: bool) -> Vec<Finding> {
    let name = redacted(database);
    if !is_url(database) && !Path::new(database).exists() {
        let text = format!("{name} is not there; `stoa serve` makes it. Check --database if it should be");
        return vec![warning("database", text)];
    }
    let clock = Clock::default();
    let before = clock.now();
    match inspect(database).await {
        Ok(inspection) => {
            let mut findings = findings(&name, &inspection, before, clock.now());
            if inspection.has_demo && !is_demo {
                findings.push(error(
                    "demo accounts",
                    format!("{name} is a demo: without --demo its accounts open nothing; serve real people from a new database"),
                ));
            }
            findings
        }
        Err(failed) => {
            vec![error(
                "database",
                format!("can't look at {name}: {failed}; check --database, and that it runs"),
            )]
        }
    }
}

fn findings(name: &str, inspection: &Inspection, before: Timestamp, after: Timestamp) -> Vec<Finding> {
    let mut findings = vec![match &inspection.refused {
        Some(refused) => error("database", format!("{name}: {refused}")),
        None => ok("database", format!("{name}, {}", inspection.product)),
    }];
    findings.push(schema(inspection));
    if let Some(server) = &inspection.server {
        findings.extend(settings(server));
        findings.push(clocks(server.clock, before, after));
    }
    findings.extend(inspection.webhooks.and_then(webhooks));
    if let Some(last) = inspection.last_message {
        findings.push(last_message(last, after));
    }
    findings
}

fn schema(inspection: &Inspection) -> Finding {
    let (missing, unknown) = (&inspection.schema.missing, &inspection.schema.unknown);
    if inspection.is_new {
        ok("schema", "none yet; `stoa serve` makes the tables")
    } else if !unknown.is_empty() {
        error(
            "schema",
            format!(
                "of a newer Stoa (migrations {unknown:?}); run that one, or go back to a copy from before"
            ),
        )
    } else if !missing.is_empty() {
        warning(
            "schema",
            format!("migrations {missing:?} are pending; make a backup, then `stoa serve` runs them"),
        )
    } else {
        ok("schema", "up to date")
    }
}

/// Nothing where there is none.
fn webhooks(WebhookHealth { active: on, failing, lost }: WebhookHealth) -> Option<Finding> {
    match (on, failing, lost) {
        (0, _, 0) => None,
        (_, 0, 0) => Some(ok("webhooks", format!("{on} on, and all of them take what they are sent"))),
        _ => Some(warning(
            "webhooks",
            format!(
                "{on} on, {failing} of them failing; {lost} switched off because they failed; look at Desk, Webhooks"
            ),
        )),
    }
}

fn settings(server: &Server) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(if server.has_fsync {
        ok("fsync", "on")
    } else {
        error("fsync", "off: a power cut can lose everything; set fsync = on in postgresql.conf")
    });
    findings.push(if server.has_synchronous_commit {
        ok("commit", "synchronous_commit is on")
    } else {
        warning("commit", "synchronous_commit is off; Stoa turns it on for itself")
    });
    let (left, wanted) = (server.connections_left, i64::from(CONNECTIONS));
    findings.push(if left >= wanted {
        ok("connections", format!("{left} left, of which Stoa takes up to {wanted}"))
    } else {
        let text = format!(
            "{left} left, and Stoa takes up to {wanted} (another node may have them); raise max_connections"
        );
        warning("connections", text)
    });
    findings
}

/// Compares the database's clock with ours. `before` and `after` are the times of the query's start and end.
fn clocks(database: Timestamp, before: Timestamp, after: Timestamp) -> Finding {
    let (early, late) = (before.0 - database.0, database.0 - after.0);
    match early.max(late) {
        skew if skew <= CLOCK_SKEW_MAX => ok("clock", "agrees with the database's"),
        skew => warning(
            "clock",
            format!("{} s from the database's; let both follow a time server", skew / SECOND),
        ),
    }
}

fn last_message(last: Timestamp, now: Timestamp) -> Finding {
    match last.0 - now.0 {
        ahead if ahead <= CLOCK_SKEW_MAX => ok("last message", "before now"),
        ahead => warning(
            "last message",
            format!("{} s ahead of this clock; set it right before serving", ahead / SECOND),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::commands::doctor::Grade;

    const NOW: Timestamp = Timestamp(1_000 * SECOND);

    #[test]
    fn a_clock_that_is_wrong_is_noticed_whichever_it_is() {
        let grade = |seconds: i64| clocks(Timestamp(seconds * SECOND), NOW, NOW.plus(SECOND)).grade;
        assert_eq!([999, 1_000, 1_001, 1_002].map(grade), [Grade::Ok; 4]);
        assert_eq!([900, 1_100].map(grade), [Grade::Warning; 2]);
        assert_eq!(last_message(NOW.plus(-SECOND), NOW).grade, Grade::Ok);
        assert_eq!(last_message(NOW.plus(60 * SECOND), NOW).grade, Grade::Warning);
    }

    #[test]
    fn a_server_that_could_lose_what_it_acknowledged_is_an_error() {
        let server = |has_fsync, has_synchronous_commit, connections_left| {
            let server = Server { clock: NOW, has_fsync, has_synchronous_commit, connections_left };
            settings(&server).into_iter().map(|finding| finding.grade).collect::<Vec<_>>()
        };
        assert_eq!(server(true, true, 100), [Grade::Ok; 3]);
        assert_eq!(server(false, false, 3), [Grade::Error, Grade::Warning, Grade::Warning]);
    }
}
