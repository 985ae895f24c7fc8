//! What the database is asked: every statement behind a poll is answered from an index, by the
//! database's own plan (A13), and a dashboard asks no more with more orders (B5).
//! A process of its own, because it records what the whole process asks the database.

#[path = "native/database.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod database;
#[path = "native/place.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod place;

use std::sync::{Arc, Mutex, OnceLock};

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use stoa::server::store::orders::create::{CreateOutcome, NewOrder};
use stoa::shared::{
    listings::kind::ListingKind,
    orders::{
        code::OrderCode,
        draft::OrderFields,
        filter::{OrderFilter, OrderView},
    },
    users::rank::Rank,
};
use stoa::{
    server::{
        domain::{conversations, listings, messages::search, orders, sync},
        store::{Database, Result},
    },
    shared::{
        ids::{ListingId, OrderId},
        messages::search::MessageSearch,
        sync::changes::OpenThread,
        users::Viewer,
        values::dates::Day,
    },
};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};
use uuid::Uuid;

use place::Place;

/// What is recorded belongs to one test at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a13_every_query_behind_a_poll_uses_an_index() {
    let _alone = ALONE.lock().await;
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&host, conversation.id, "Hi").await.unwrap();
    fill(&place, &guest, &host).await;
    let open = OpenThread { conversation: conversation.id, version: 0 };
    let poll = sync::poll(&place.context, &guest, &place.context.epoch, 5_000, Some(open));
    let mut statements = recorded(async { drop(poll.await.unwrap()) }).await;
    statements.sort();
    statements.dedup();
    statements.retain(|statement| reads_rows(statement) || statement.starts_with("UPDATE"));
    assert!(
        statements.len() >= 6,
        "a poll with news in the open thread asks for all it can: {statements:#?}"
    );
    for statement in statements {
        let asked = statement.clone();
        let plan = place.context.store.read_one(move |conn| Box::pin(explain(conn.database, asked)));
        let plan = plan.await.unwrap();
        assert!(!plan.iter().any(|step| is_scan(step)), "{statement}\n{plan:#?}");
        assert!(plan.iter().any(|step| uses_index(step)), "{statement}\n{plan:#?}");
    }
}

/// On SQLite; PostgreSQL decides by how much of the table its last vacuum has seen.
#[tokio::test]
async fn the_totals_on_the_badges_are_read_from_the_index_alone() {
    let _alone = ALONE.lock().await;
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    fill(&place, &guest, &host).await;
    let list = conversations::rooms(&place.context, &guest, None);
    let mut statements = recorded(async { drop(list.await.unwrap()) }).await;
    statements.retain(|statement| statement.contains("SUM(unread)"));
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let asked = statements.remove(0);
    let plan = place.context.store.read_one(move |conn| Box::pin(explain(conn.database, asked)));
    let plan = plan.await.unwrap();
    let unread: Vec<_> = plan.iter().filter(|step| step.contains("participants_unread")).collect();
    let is_covered = |step: &&String| step.contains("COVERING") || !step.starts_with("SEARCH");
    assert!(!unread.is_empty() && unread.iter().all(is_covered), "{plan:#?}");
}

#[tokio::test]
async fn b5_all_badges_of_a_dashboard_come_from_as_many_queries_for_500_orders_as_for_one() {
    let _alone = ALONE.lock().await;
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let operator = Viewer { rank: Rank::Operator, ..place.user("Mara").await };
    let listing = place.listing(&host).await;
    let mut counts = Vec::new();
    for orders in [1, 499] {
        order(&place, &guest, listing, orders).await;
        let filter = OrderFilter::default;
        let mine = orders::list(&place.context, &guest, OrderView::Mine, filter(), None);
        let mine = queries(async { assert!(!mine.await.unwrap().orders.is_empty()) }).await;
        let hosting = orders::list(&place.context, &host, OrderView::Hosting, filter(), None);
        let hosting = queries(async { assert!(!hosting.await.unwrap().orders.is_empty()) }).await;
        let desk = orders::board(&place.context, &operator, filter(), None);
        let desk = queries(async { assert!(!desk.await.unwrap().rows.is_empty()) }).await;
        counts.push((mine, hosting, desk));
    }
    println!("statements for the dashboards of guest, host and desk, with 1 and with 500 orders: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0].0 > 0 && counts[0].2 > 0, "{counts:?}");
}

#[tokio::test]
async fn h4_the_order_board_and_searches_in_listings_walk_an_index() {
    let _alone = ALONE.lock().await;
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let operator = Viewer { rank: Rank::Operator, ..place.user("Mara").await };
    fill(&place, &guest, &host).await;
    let filters = [
        OrderFilter::default(),
        OrderFilter { is_unread_only: true, ..OrderFilter::default() },
        OrderFilter { search: "zzzz".into(), ..OrderFilter::default() },
    ];
    let mut statements = Vec::new();
    for filter in filters {
        let board = orders::board(&place.context, &operator, filter, None);
        statements.extend(recorded(async { drop(board.await.unwrap()) }).await);
    }
    let visitor = listings::Visitor::default();
    let search = listings::browse(&place.context, visitor, Some("zzzz".into()), None, None);
    statements.extend(recorded(async { drop(search.await.unwrap()) }).await);
    statements.retain(|statement| reads_rows(statement));
    assert!(statements.len() >= 10, "{statements:#?}");
    for statement in statements {
        let asked = statement.clone();
        let plan = place.context.store.read_one(move |conn| Box::pin(explain(conn.database, asked)));
        let plan = plan.await.unwrap();
        // An index that is walked in its order is no scan of the table, and so is what a subquery has found.
        let is_table_scan = |step: &String| {
            let is_found = ["counted", "found", "statuses", "s"].iter().any(|name| step.ends_with(name));
            is_scan(step) && !uses_index(step) && !is_found
        };
        // PostgreSQL counts a status that all orders have by the table, which ends at the limit as well.
        let is_counted_to_limit =
            statement.contains("AS counted") && plan.iter().any(|step| step.contains("Limit"));
        assert!(is_counted_to_limit || !plan.iter().any(is_table_scan), "{statement}\n{plan:#?}");
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"))
                || statement.contains("FROM listings"),
            "{plan:#?}"
        );
    }
}

/// So many orders of a listing.
async fn order(place: &Place, guest: &Viewer, listing: ListingId, count: usize) {
    let (guest, now) = (guest.id, place.context.clock.now());
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            for _ in 0..count {
                let day = Day::of(now);
                let fields = OrderFields {
                    starts_on: Some(day),
                    ends_on: Some(day.plus(1)),
                    quantity: 1,
                    note: String::new(),
                    title: String::new(),
                };
                let (id, codes) =
                    (OrderId::new(), vec![OrderCode::from_random(Uuid::new_v4().as_u64_pair().0)]);
                let new = NewOrder {
                    id,
                    codes,
                    guest,
                    listing: Some(listing),
                    fields,
                    seen_price_cents: None,
                    first_hash: [0; 32],
                    outside: None,
                };
                let made =
                    stoa::server::store::orders::create::create(&mut conn, new, Some(ListingKind::Stay), now)
                        .await?;
                assert!(matches!(made, CreateOutcome::Order(_)));
            }
            Ok(())
        })
    });
    write.await.unwrap();
}

/// Not of the rows that a statement brings along (`listed`, as `r` or `v`).
fn is_scan(step: &str) -> bool {
    let is_of_values = step.contains("CONSTANT ROW")
        || step.contains("VALUES CLAUSE")
        || ["SCAN listed", "SCAN r", "SCAN v"].contains(&step);
    step.contains("Seq Scan") || step.starts_with("SCAN") && !is_of_values
}

fn uses_index(step: &str) -> bool {
    step.contains("Index") || step.contains("USING")
}

async fn explain(database: Database<'_>, statement: String) -> Result<Vec<String>> {
    match database {
        Database::Sqlite(c) => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
            let rows = sqlx::query(explain).fetch_all(c).await?;
            Ok(rows.iter().map(|row| row.get("detail")).collect())
        }
        Database::Postgres(c) => explain_prepared(c, &statement).await,
    }
}

/// The plan for values that are not known yet, as a statement that is prepared once and run often
/// has it.
async fn explain_prepared(c: &mut PgConnection, statement: &str) -> Result<Vec<String>> {
    let count = (1..).take_while(|n| statement.contains(&format!("${n}"))).count();
    let values = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    c.execute("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan").await?;
    let types = types_of_values(statement, count);
    c.execute(AssertSqlSafe(format!("PREPARE asked{types} AS {statement}"))).await?;
    let rows = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{values}"))).fetch_all(c).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The types of the first row of values that a statement brings along. Without them they would be taken for texts.
fn types_of_values(statement: &str, count: usize) -> String {
    let known: &[&str] = if !statement.contains("(VALUES ($1") {
        return String::new();
    } else if statement.starts_with("UPDATE participants") {
        &["uuid", "uuid", "bigint"]
    } else if statement.contains("(VALUES ($1, $2, $3)") {
        &["uuid", "bigint", "bigint"]
    } else {
        &["uuid", "bigint"]
    };
    let types: Vec<_> = known.iter().copied().chain(std::iter::repeat("unknown")).take(count).collect();
    format!(" ({})", types.join(", "))
}

/// 50,000 of each (with fewer heads, reading them all is quicker), for every number i in n; `{a}` is the id of the i-th user, and so on.
const ROWS: [&str; 13] = [
    "INSERT INTO users (id, email, name, folded_name, hue, rank, created_at) \
     SELECT {a}, i || '@example.com', 'P', 'p', 0, 'member', 0",
    "INSERT INTO heads (user_id, head, delivered) SELECT {a}, 1, 0",
    "INSERT INTO blocks (user_id, other_id, created_at) SELECT {a}, $3, 0",
    "INSERT INTO listings (id, host_id, kind, title, place, folded, description, price_cents, created_at, updated_at) \
     SELECT {b}, $3, 'stay', 'T', 'P', 't p', 'D', 1, 0, 0",
    "INSERT INTO orders (id, code, kind, guest_id, status, title, folded, quantity, note, currency, first_hash, created_at, updated_at) \
     SELECT {a}, 'REQ-' || i, 'custom', {a}, 'pending', 'T', 't', 1, '', 'EUR', {hash}, 0, 0",
    "INSERT INTO conversations (id, kind, listing_id, guest_id, created_at, last_seq, version) \
     SELECT {c}, 'listing', $1, {a}, 0, 1, 1",
    "INSERT INTO conversations (id, kind, order_id, guest_id, created_at, last_seq, version, last_message_at, order_status, desk_unread) \
     SELECT {a}, 'order', {a}, {a}, 0, 1, 1, i, 'pending', i % 2",
    "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
     SELECT {c}, 'R', 'r', 'start', 1, {a}, {hash}, 0",
    "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed, unread) \
     SELECT {c}, CASE WHEN i % 2 = 0 THEN $2 ELSE {a} END, 'guest', 1, i, i, i % 3",
    "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) \
     SELECT {c}, $3, 'host', 1, i, i",
    "INSERT INTO messages (id, conversation_id, seq, version, kind, body, first_hash, created_at) \
     SELECT {d}, {c}, 1, 1, 'text', 'x', {hash}, 0",
    "INSERT INTO broadcasts (id, user_id, kind, audience, event, first_hash, created_at, done_at) \
     SELECT {b}, {a}, 'system', 'everybody', 'x', {hash}, 0, 0",
    "INSERT INTO notifications (id, user_id, kind, event, created_at, raised, changed) \
     SELECT {d}, CASE WHEN i % 2 = 0 THEN $2 ELSE {a} END, 'system', 'x', 0, i, i",
];

/// Every number of a row.
const NUMBERS: &str =
    "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i FROM n) AS n";

/// Enough rows that an index is worth it, and the statistics to know.
async fn fill(place: &Place, guest: &Viewer, host: &Viewer) {
    write_rows(place, guest, host).await;
    place.run("ANALYZE").await;
}

/// A command for each statement, since each has a time limit.
async fn write_rows(place: &Place, guest: &Viewer, host: &Viewer) {
    let (listing, guest, host) = (place.listing(host).await.0, guest.id.0, host.id.0);
    let heads = "UPDATE heads SET head = 50000 WHERE user_id IN ($2, $3) AND $1 = $1";
    let rows = ROWS.map(|rows| format!("{rows} FROM {NUMBERS} WHERE $1 = $1 AND $2 = $2 AND $3 = $3"));
    for statement in rows.into_iter().chain([heads.to_owned()]) {
        let write = place.context.store.write(move |conn| {
            Box::pin(async move {
                match conn.database {
                    Database::Sqlite(c) => {
                        let sql = with_ids(&statement, "CAST(printf('?%015d', i) AS BLOB)", "x'00'");
                        sqlx::query(sql).bind(listing).bind(guest).bind(host).execute(c).await.map(drop)?;
                    }
                    Database::Postgres(c) => {
                        let sql =
                            with_ids(&statement, "CAST('?' || lpad(to_hex(i), 31, '0') AS uuid)", "'\\x00'");
                        sqlx::query(sql).bind(listing).bind(guest).bind(host).execute(c).await.map(drop)?;
                    }
                }
                Ok(())
            })
        });
        write.await.unwrap();
    }
}

fn with_ids(statement: &str, id: &str, hash: &str) -> AssertSqlSafe<String> {
    let sql = ["a", "b", "c", "d"].iter().fold(statement.replace("{hash}", hash), |sql, letter| {
        sql.replace(&format!("{{{letter}}}"), &id.replace('?', letter))
    });
    AssertSqlSafe(sql)
}

fn reads_rows(statement: &str) -> bool {
    ["SELECT", "WITH"].iter().any(|word| statement.starts_with(word)) && statement.contains(" FROM ")
}

/// How many queries these are: what the node does in the background is none.
async fn queries(ask: impl Future<Output = ()>) -> usize {
    let statements = recorded(ask).await;
    statements.iter().filter(|statement| reads_rows(statement)).count()
}

/// The statements that the database is asked meanwhile.
async fn recorded(ask: impl Future<Output = ()>) -> Vec<String> {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();
    let recorder = RECORDER.get_or_init(|| {
        let recorder = Recorder::default();
        tracing_subscriber::registry().with(recorder.clone()).init();
        recorder
    });
    recorder.0.lock().unwrap().clear();
    ask.await;
    let mut statements = std::mem::take(&mut *recorder.0.lock().unwrap());
    statements.retain(|statement| !is_background(statement));
    statements
}

/// What the node looks for by itself from time to time, whatever it is asked meanwhile.
fn is_background(statement: &str) -> bool {
    statement.contains("FROM broadcasts WHERE done_at IS NULL")
        || statement.contains("FROM fan_outs")
        || statement.contains("FROM settings")
        // Texts of an earlier version, once at the start.
        || statement.contains("FROM meta")
        || statement.contains("> $1 ORDER BY id LIMIT $2")
        // The collector of events, and the deliveries to webhooks.
        || ["event_log", "event_outbox", "event_state", "webhook"].iter().any(|table| statement.contains(table))
        // Mails, pushes and other tasks that are due.
        || statement.contains("FROM tasks")
        // The indexer of the search.
        || statement.contains("search_state")
        || statement.contains("is_deleted FROM messages")
        || statement.starts_with("SELECT user_id FROM participants WHERE conversation_id = $1 ORDER BY user_id")
        || statement.starts_with("SELECT id FROM search_entries WHERE conversation_id")
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

/// The search reads the index of words and then the rows that it names, however many messages others have.
#[tokio::test]
async fn f8_a_search_reads_no_table_from_end_to_end() {
    let _alone = ALONE.lock().await;
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&host, conversation.id, "The door code").await.unwrap();
    write_rows(&place, &guest, &host).await;
    search::indexer::catch_up(&place.context).await.unwrap();
    // Once: connections of SQLite that are open don't see the statistics of a second time.
    place.run("ANALYZE").await;
    let words = |text: &str| MessageSearch { text: text.to_owned(), ..MessageSearch::default() };
    let mut statements = Vec::new();
    for asked in [
        words("door"),
        words("\"door code\" th"),
        words("nowheer"),
        MessageSearch { with: Some(host.id), ..words("x") },
        MessageSearch { conversation: Some(conversation.id), ..words("door") },
    ] {
        let search = search::find(&place.context, &guest, asked, None);
        statements.extend(recorded(async { drop(search.await.unwrap()) }).await);
    }
    statements.retain(|statement| reads_rows(statement));
    statements.sort();
    statements.dedup();
    assert!(statements.len() >= 3, "{statements:#?}");
    for statement in statements {
        let asked = statement.clone();
        let plan = place.context.store.read_one(move |conn| Box::pin(explain(conn.database, asked)));
        let plan = plan.await.unwrap();
        // FTS5 calls every look at its index a scan, and says by which index.
        let is_wrong = |step: &String| is_scan(step) && !step.contains("VIRTUAL TABLE INDEX");
        assert!(!plan.iter().any(is_wrong), "{statement}\n{plan:#?}");
        assert!(
            plan.iter().any(|step| uses_index(step) || step.contains("VIRTUAL TABLE")),
            "{statement}\n{plan:#?}"
        );
    }
}
