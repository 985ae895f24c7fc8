//! The checker is checked: each fault that is planted in the server has to be found, and a server
//! that dies at the worst moments without a fault has not.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use stoa::{
    server::domain::{messages, users},
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId},
        sync::wire::{ToClient, ToServer},
    },
};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::{
    checker,
    client::Client,
    crowd::{Crowd, PACE},
    database::{self, TestDatabase},
    live::{Fault, Live, Manner},
    place::{FAST, Place, Site},
    server::{Server, free_address},
};

const WRITES_FOR: Duration = Duration::from_secs(3);
/// A server with a fault may never let its clients come to rest.
const RESTS_WITHIN: Duration = Duration::from_secs(12);
/// Messages that are sent twice at once, as many as a connection may; the server dies at its sixtieth
/// duplicate.
const DUPLICATES: usize = 390;
/// Some faults need a race to be seen, which every second or third round has.
const ROUNDS: usize = 20;

/// How the server is treated meanwhile.
#[derive(Clone, Copy, PartialEq)]
enum Treatment {
    Kindly,
    /// Killed from time to time.
    Roughly,
}

/// Runs a server with this in STOA_FAULT while people write. Gives what the checker found, and how
/// often the server died.
async fn run(fault: &str, treatment: Treatment) -> (Vec<String>, usize) {
    run_with(fault, treatment, Manner::default()).await
}

async fn run_with(fault: &str, treatment: Treatment, manner: Manner) -> (Vec<String>, usize) {
    let place = Place::new().await;
    let address = free_address().await;
    let crowd = Crowd::at_nodes(&place, 12, &[format!("http://{address}")], 3 * PACE, manner).await;
    let environment = [("STOA_FAULT", fault)];
    let mut server = Server::start_at(address, &place.database.url, &environment).await;
    let (mut deaths, began) = (0, Instant::now());
    let mut killed_at = began;
    while began.elapsed() < WRITES_FOR {
        sleep(Duration::from_millis(20)).await;
        if treatment == Treatment::Roughly && killed_at.elapsed() > WRITES_FOR / 4 {
            server.kill();
            killed_at = Instant::now();
        }
        if server.is_dead() {
            deaths += 1;
            server = Server::start_at(address, &place.database.url, &environment).await;
        }
    }
    // The same server to the end, so that what is found is the fault's. One that dies at a point of
    // its own goes on without it.
    if fault.starts_with("die_") || fault == "ack_before_commit" {
        server.kill();
        server = Server::start_at(address, &place.database.url, &[]).await;
    }
    let clients = crowd.finish_within(RESTS_WITHIN).await;
    let found = checker::findings(&place, &clients).await;
    drop(server);
    (found, deaths)
}

async fn is_found(fault: &str, treatment: Treatment, law: &str) {
    is_found_with(fault, treatment, Manner::default(), law).await;
}

async fn is_found_with(fault: &str, treatment: Treatment, manner: Manner, law: &str) {
    for _ in 0..ROUNDS {
        let (found, deaths) = run_with(fault, treatment, manner).await;
        println!("{fault}: {} findings, {deaths} deaths, {:?}", found.len(), found.first());
        if found.iter().any(|what| what.contains(law)) {
            return;
        }
    }
    panic!("{fault} was not found by {law}");
}

/// The same with a fault of the clients, and nothing without it.
async fn is_found_in_clients(fault: Fault, manner: Manner, law: &str) {
    let (found, _) = run_with("", Treatment::Kindly, manner).await;
    assert!(found.is_empty(), "{found:#?}");
    for _ in 0..ROUNDS {
        let (found, _) = run_with("", Treatment::Kindly, Manner { fault, ..manner }).await;
        println!("{fault:?}: {} findings, {:?}", found.len(), found.first());
        if found.iter().any(|what| what.contains(law)) {
            return;
        }
    }
    panic!("{fault:?} was not found by {law}");
}

/// A device is away while the other one of so many conversations changes his name, and nothing is found
/// without the fault. The last of them is on screen, where it writes.
async fn is_found_by_who_was_away(fault: &str, conversations: usize) {
    for (fault, is_fault) in [(fault, true), ("", false)] {
        let place = Place::new().await;
        let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
        let mut last = None;
        for _ in 0..conversations {
            last = Some(place.conversation(&guest, &host).await.id);
        }
        let address = free_address().await;
        let mut crowd = Crowd::default();
        let behind = Live::new(&place, &guest, last.unwrap(), &format!("http://{address}")).await;
        users::update_profile(&place.context, &host, "Another name", 3).await.unwrap();
        place.settle().await;
        crowd.add(behind, Duration::from_secs(3_600));
        let server = Server::start_at(address, &place.database.url, &[("STOA_FAULT", fault)]).await;
        let clients = crowd.finish_within(RESTS_WITHIN).await;
        let found = checker::findings(&place, &clients).await;
        println!("{fault}: {} findings, {:?}", found.len(), found.first());
        assert_eq!(found.iter().any(|what| what.contains("(11)")), is_fault, "{found:#?}");
        drop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_an_answer_before_the_commit_is_found() {
    is_found("ack_before_commit", Treatment::Kindly, "(2)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_an_id_that_is_not_unique_is_found() {
    is_found("forgotten_id", Treatment::Kindly, "(2)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_retry_that_is_compared_with_the_edited_text_is_found() {
    is_found("hash_of_current_text", Treatment::Kindly, "(3)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d9_lost_hints_are_found_where_nothing_sweeps_and_healed_where_it_does() {
    is_found("lost_hints_without_sweep", Treatment::Kindly, "(15)").await;
    let (found, _) = run("lost_hints", Treatment::Kindly).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d9_a_sweep_that_compares_with_what_was_hinted_is_found() {
    is_found("sweep_against_hinted", Treatment::Kindly, "(15)").await;
    let (found, _) = run("lost_looks", Treatment::Kindly).await;
    assert!(found.is_empty(), "{found:#?}");
}

/// What is new and is no message.
#[tokio::test(flavor = "multi_thread")]
async fn a13_a_cursor_by_time_is_found() {
    is_found_by_who_was_away("cursor_by_time", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_cursor_that_is_kept_before_its_rows_is_found() {
    let manner = Manner { reloads_each: Some(12), ..Manner::default() };
    is_found_in_clients(Fault::CursorBeforeRows, manner, "(11)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_an_outbox_that_does_not_wait_for_answers_is_found() {
    let manner = Manner { frame_luck: Some((3, 20)), ..Manner::default() };
    is_found_in_clients(Fault::PipelinedOutbox, manner, "(4)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_reconnection_that_skips_what_was_missed_is_found() {
    is_found("skipped_sync", Treatment::Roughly, "(10)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_head_read_after_the_rows_is_found() {
    // Who comes back reads what is new from the database, while others write.
    let manner = Manner { reloads_each: Some(12), ..Manner::default() };
    is_found_with("head_after_rows", Treatment::Kindly, manner, "(11)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_unread_counted_before_the_lock_is_found() {
    is_found("count_before_lock", Treatment::Kindly, "(5)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_an_answer_that_moves_the_cursor_is_found() {
    is_found("ack_moves_cursor", Treatment::Kindly, "(10)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_a_receipt_that_goes_back_is_found() {
    is_found("receipt_goes_back", Treatment::Kindly, "(12)").await;
}

/// Both of a person's devices send the same message at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn d7_a_repeated_message_that_is_answered_before_the_commit_is_found() {
    for (fault, is_fault) in [("duplicate_before_commit", true), ("", false)] {
        let place = Place::on_sqlite().await;
        let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
        let conversation = place.conversation(&guest, &host).await.id;
        let (session, epoch) = (place.session(&guest).await, &place.context.epoch);
        let mut server = Server::start(&place.database.url, &[("STOA_FAULT", fault)]).await;
        let mut devices = [
            Client::at(&server.url(), &session, epoch, 0).await,
            Client::at(&server.url(), &session, epoch, 0).await,
        ];
        let mut answered = HashSet::new();
        for _ in 0..DUPLICATES {
            let id = MessageId::new();
            let body = id.to_string();
            let frame = ToServer::SendMessage { id, conversation, body, attached: Default::default() };
            let text = serde_json::to_string(&frame).unwrap();
            let [one, other] = &mut devices;
            let sent = tokio::join!(
                one.socket.send(Frame::Text(text.clone().into())),
                other.socket.send(Frame::Text(text.into()))
            );
            if sent.0.is_err() || sent.1.is_err() {
                break;
            }
            for device in &mut devices {
                while let Some(Ok(frame)) = device.socket.next().await {
                    let Ok(ToClient::Ack { id: acked, .. }) = serde_json::from_str(&frame.to_string()) else {
                        continue;
                    };
                    answered.insert(acked.0);
                    if acked == id {
                        break;
                    }
                }
            }
        }
        server.kill();
        let stored: Vec<(uuid::Uuid,)> = place.rows("SELECT id FROM messages").await;
        let stored: HashSet<_> = stored.into_iter().map(|(id,)| id).collect();
        let lost = answered.difference(&stored).count();
        println!("{fault}: {} answered, {lost} lost", answered.len());
        assert!(!answered.is_empty());
        assert_eq!(lost > 0, is_fault, "(2) what is answered is stored");
    }
}

/// A head covers what one command changed in many conversations.
#[tokio::test(flavor = "multi_thread")]
async fn a13_a_page_that_splits_a_head_is_found() {
    is_found_by_who_was_away("split_head", 25).await;
}

/// Who leaves while one of his devices is away: it has to hear of it.
#[tokio::test(flavor = "multi_thread")]
async fn e1_a_row_that_is_deleted_on_leaving_is_found() {
    for (fault, is_fault) in [("row_deleted_on_leaving", true), ("", false)] {
        let place = Place::new().await;
        let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
        let conversation = place.conversation(&guest, &host).await.id;
        let room = ConversationId::new();
        place.room(&host, room, "Harbour market", History::Start, &[guest.id]).await;
        let server = Server::start(&place.database.url, &[("STOA_FAULT", fault)]).await;
        let away = Live::new(&place, &guest, conversation, &server.url()).await;
        let leave = json!({ "message_id": MessageId::new(), "user_id": guest.id });
        let (site, session) = (Site::at(server.url()), place.session(&guest).await);
        let (status, _) = site.post(&format!("/api/rooms/{room}/remove"), Some(&session), &leave).await;
        assert_eq!(status.as_u16(), 200);
        let mut crowd = Crowd::default();
        crowd.add(away, Duration::from_secs(3_600));
        let clients = crowd.finish_within(RESTS_WITHIN).await;
        let found = checker::findings(&place, &clients).await;
        println!("{fault}: {} findings, {:?}", found.len(), found.first());
        assert_eq!(found.iter().any(|what| what.contains("(11)")), is_fault, "{found:#?}");
    }
}

/// PostgreSQL, since SQLite's one writer lets nobody come in between: somebody is invited while a message
/// waits for the lock of its conversation.
#[tokio::test(flavor = "multi_thread")]
async fn e1_participants_read_before_the_lock_are_found() {
    if database::server().is_none() {
        return;
    }
    const LOCK: &str = "SELECT last_seq + 1, version + 1";
    const READ: &str = "p.conversation_id = talks[i] AND p.left_at IS NULL";
    const READ_BEFORE: &str = "p.conversation_id = talks[i] AND p.user_id = ANY (early)";
    const FIRST: &str = "#variable_conflict use_column";
    const BEFORE: &str = "DECLARE early UUID[] := ARRAY(SELECT user_id FROM participants
            WHERE conversation_id = ANY (talks) AND left_at IS NULL);";
    // Not the system message of the invitation, which the same function writes.
    const WAIT: &str = "IF 'text' = ANY (kinds) THEN PERFORM pg_sleep(1); END IF;";
    for is_fault in [true, false] {
        let place = Arc::new(Place::new().await);
        let (host, guest, late) =
            (place.user("Tomas").await, place.user("Noor").await, place.user("Mei").await);
        let on_screen = place.conversation(&late, &host).await.id;
        place.conversation(&guest, &host).await;
        let room = ConversationId::new();
        place.room(&host, room, "Harbour market", History::Start, &[guest.id]).await;
        let mut connection = PgConnection::connect(&place.database.url).await.unwrap();
        let whole: String = sqlx::query_scalar("SELECT pg_get_functiondef('append_messages'::regproc)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert!([LOCK, READ, FIRST].iter().all(|part| whole.contains(part)), "{whole}");
        let planted = whole.replace(LOCK, &format!("{WAIT} {LOCK}"));
        let read_before = format!("{FIRST}\n{BEFORE}");
        let planted =
            if is_fault { planted.replace(READ, READ_BEFORE).replace(FIRST, &read_before) } else { planted };
        connection.execute(AssertSqlSafe(planted)).await.unwrap();
        let sending = tokio::spawn({
            let (place, guest) = (place.clone(), guest.clone());
            async move { place.send(&guest, room, "Who brings the lamps?").await.unwrap() }
        });
        let sleeping = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        while sqlx::query_scalar::<_, i64>(sleeping).fetch_one(&mut connection).await.unwrap() == 0 {}
        place.let_in(&host, room, &late).await;
        let site = place.serve().await;
        let mut crowd = Crowd::default();
        // With another conversation on screen: reading this one would make good what was missed.
        crowd.add(Live::new(&place, &late, on_screen, &site.url).await, Duration::from_secs(3_600));
        sending.await.unwrap();
        let clients = crowd.finish_within(RESTS_WITHIN).await;
        let found = checker::findings(&place, &clients).await;
        println!("participants before the lock: {} findings, {:?}", found.len(), found.first());
        assert_eq!(found.iter().any(|what| what.contains("(11)")), is_fault, "{found:#?}");
    }
}

/// SQLite: its file is put back as it was, and nobody is told. `stoa restore` would begin a new
/// epoch; this doesn't.
#[tokio::test(flavor = "multi_thread")]
async fn d7_a_restore_that_nobody_declared_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let place = Place::on(TestDatabase::at(path("stoa.db")), FAST).await;
    let address = free_address().await;
    let crowd = Crowd::of_pairs(&place, 12, &format!("http://{address}"), 3 * PACE).await;
    let mut server = Server::start_at(address, &place.database.url, &[]).await;
    sleep(WRITES_FOR / 3).await;
    crate::sql::copy_into(&place, path("copy.db")).await;
    sleep(WRITES_FOR / 3).await;
    server.kill();
    for file in ["stoa.db", "stoa.db-wal", "stoa.db-shm"] {
        let _ = std::fs::remove_file(path(file));
    }
    std::fs::copy(path("copy.db"), path("stoa.db")).unwrap();
    server = Server::start_at(address, &path("stoa.db"), &[]).await;
    sleep(WRITES_FOR / 3).await;
    let clients = crowd.finish_within(RESTS_WITHIN).await;
    let after = Place::on(TestDatabase::at(path("stoa.db")), FAST).await;
    let found = checker::findings(&after, &clients).await;
    println!("undeclared restore: {} findings, {:?}", found.len(), found.first());
    assert!(found.iter().any(|what| what.contains("(18)")), "{found:#?}");
    assert!(found.iter().any(|what| what.contains("(2)")), "{found:#?}");
    drop((server, place));
}

/// No fault: it dies before, in and after a commit, and nothing is lost or doubled.
#[tokio::test(flavor = "multi_thread")]
async fn d7_a_server_that_dies_around_a_commit_loses_and_doubles_nothing() {
    for point in ["die_in_transaction", "die_before_commit", "die_after_commit"] {
        let (found, deaths) = run(point, Treatment::Kindly).await;
        println!("{point}: {deaths} deaths, {} findings", found.len());
        assert!(deaths > 0, "{point} was reached");
        assert!(found.is_empty(), "{point}: {found:#?}");
    }
}

/// The checker finds nothing where nothing is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn d7_without_a_fault_nothing_is_found() {
    for treatment in [Treatment::Kindly, Treatment::Roughly] {
        let (found, _) = run("none", treatment).await;
        assert!(found.is_empty(), "{found:#?}");
    }
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let sent = place.send(&guest, conversation, "Hi").await.unwrap();
    messages::delete(&place.context, &guest, sent.id, sent.version).await.unwrap();
    assert!(checker::rows(&place).await.is_empty());
}
