//! A13: every statement behind a poll is answered from an index, by the database's own plan.
//! A process of its own, because it records what the whole process asks the database.

#[path = "native/place.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod place;

use std::sync::{Arc, Mutex};

use sqlx::Row;
use stoa::{
    server::{domain::changes, store::Store},
    shared::{changes::OpenThread, users::Viewer},
};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

use place::Place;

#[tokio::test]
async fn a13_every_query_behind_a_poll_uses_an_index() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&host, conversation.id, "Hi").await.unwrap();
    fill(&place, &guest, &host).await;
    let statements = recorded(&place, &guest, OpenThread { conversation: conversation.id, version: 0 }).await;
    assert!(
        statements.len() >= 6,
        "a poll with news in the open thread asks for all it can: {statements:#?}"
    );
    let Store::Sqlite(sqlite) = &place.node.store;
    for statement in statements {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let rows = sqlx::query(explain).fetch_all(sqlite.readers()).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let is_scan = |step: &&String| step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
        assert!(!plan.iter().any(|step| is_scan(&step)), "{statement}\n{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("USING")), "{statement}\n{plan:#?}");
    }
}

/// Enough rows that an index is worth it, and the statistics to know.
async fn fill(place: &Place, guest: &Viewer, host: &Viewer) {
    let listing = place.listing(host).await;
    let (guest, host) = (guest.id, host.id);
    let write = place.node.store.write(move |conn| {
        Box::pin(async move {
            let stoa::server::store::Database::Sqlite(connection) = conn.database;
            for statement in [
                "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n",
                "INSERT INTO users (id, email, name, folded_name, hue, rank, created_at) \
                 SELECT CAST(printf('%016d', i) AS BLOB), i || '@example.com', 'P', 'p', 0, 'member', 0 FROM n",
                "INSERT INTO heads SELECT CAST(printf('%016d', i) AS BLOB), 1, 0 FROM n",
            ] {
                sqlx::query(statement).execute(&mut *connection).await?;
            }
            for statement in [
                "INSERT INTO listings (id, host_id, kind, title, place, folded, description, price_cents, created_at, updated_at) \
                 SELECT CAST(printf('l%015d', i) AS BLOB), $3, 'stay', 'T', 'P', 't p', 'D', 1, 0, 0 FROM n WHERE $1 = $1 AND $2 = $2",
                "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at, last_seq, version) \
                 SELECT CAST(printf('c%015d', i) AS BLOB), 'listing', $1, CAST(printf('%016d', i) AS BLOB), 0, 1, 1 FROM n",
                "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed, unread) \
                 SELECT CAST(printf('c%015d', i) AS BLOB), CASE WHEN i % 2 = 0 THEN $2 ELSE CAST(printf('%016d', i) AS BLOB) END, \
                 'guest', 1, i, i, i % 3 FROM n WHERE $1 = $1 AND $3 = $3",
                "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) \
                 SELECT CAST(printf('c%015d', i) AS BLOB), $3, 'host', 1, i, i FROM n WHERE $1 = $1 AND $2 = $2",
                "INSERT INTO messages (id, conversation_id, seq, version, kind, body, first_hash, created_at) \
                 SELECT CAST(printf('m%015d', i) AS BLOB), CAST(printf('c%015d', i) AS BLOB), 1, 1, 'text', 'x', x'00', 0 FROM n",
            ] {
                sqlx::query(statement).bind(listing.0).bind(guest.0).bind(host.0).execute(&mut *connection).await?;
            }
            sqlx::query("UPDATE heads SET head = 20000 WHERE user_id = $1 OR user_id = $2")
                .bind(guest.0).bind(host.0).execute(&mut *connection).await?;
            sqlx::query("ANALYZE").execute(&mut *connection).await?;
            Ok(())
        })
    });
    write.await.unwrap();
}

/// The statements that the database was asked during one poll.
async fn recorded(place: &Place, viewer: &Viewer, open: OpenThread) -> Vec<String> {
    let recorder = Recorder::default();
    tracing_subscriber::registry().with(recorder.clone()).init();
    changes::poll(&place.node, viewer, &place.node.epoch, 5_000, Some(open)).await.unwrap();
    let mut statements = std::mem::take(&mut *recorder.0.lock().unwrap());
    statements.sort();
    statements.dedup();
    statements.retain(|statement| statement.starts_with("SELECT") || statement.starts_with("UPDATE"));
    statements
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Statement(&self.0));
        }
    }
}

/// Takes the statement out of sqlx's own log: in full, or its summary where it is short.
struct Statement<'r>(&'r Mutex<Vec<String>>);

impl Visit for Statement<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == "db.statement" || field.name() == "summary" {
            let statement = value.split_whitespace().collect::<Vec<_>>().join(" ");
            if !statement.is_empty() && !statement.ends_with('…') {
                self.0.lock().unwrap().push(statement);
            }
        }
    }
}
