//! A PostgreSQL server that goes away and comes back. These tests start one of their own, where the
//! others run on PostgreSQL too.

use std::{
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use reqwest::Method;
use sqlx::{Connection, Executor, PgConnection};
use stoa::shared::{
    errors::ErrorCode,
    ids::{ConversationId, MessageId},
    messages::Message,
    users::Viewer,
};
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    checker,
    database::{TestDatabase, server},
    place::{FAST, Place},
    server::Server as Process,
};

const SENDERS: usize = 8;
const EACH: usize = 100;

/// A PostgreSQL of one test.
pub struct Server(TempDir);

impl Server {
    pub fn start() -> (Self, TestDatabase) {
        Self::start_with(&[])
    }

    /// With these settings of PostgreSQL.
    pub fn start_with(settings: &[&str]) -> (Self, TestDatabase) {
        let server = Self(tempfile::tempdir().expect("a temporary folder"));
        let started = server.control_with("start", settings);
        let url = String::from_utf8(started.stdout).expect("a URL").trim().to_owned();
        (server, TestDatabase::at(url))
    }

    pub fn control(&self, command: &str) -> Output {
        self.control_with(command, &[])
    }

    /// Where its socket is.
    #[cfg(feature = "chaos")]
    pub fn socket(&self) -> std::path::PathBuf {
        self.0.path().join(".s.PGSQL.5432")
    }

    fn control_with(&self, command: &str, settings: &[&str]) -> Output {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/script/postgres");
        let mut command_line = Command::new(script);
        let output =
            command_line.arg(command).arg(self.0.path()).args(settings).output().expect("the script runs");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.control("stop");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_database_that_restarts_loses_nothing_and_the_server_goes_on() {
    if server().is_none() {
        return;
    }
    goes_on_after("restart").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_database_that_is_killed_loses_nothing_and_the_server_goes_on() {
    if server().is_none() {
        return;
    }
    goes_on_after("crash").await;
}

/// The epoch of a database, in a runtime of its own: what goes on in this one would connect again after a takeover, and end this process as
/// it ends a node's.
async fn epoch_at(database: TestDatabase) -> String {
    let read = || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async { Place::on(database, FAST).await.context.epoch.to_string() })
    };
    tokio::task::spawn_blocking(read).await.expect("its epoch")
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_standby_that_took_over_begins_a_new_epoch() {
    if server().is_none() {
        return;
    }
    let (server, database) = Server::start();
    let url = database.url.clone();
    let epoch = epoch_at(database).await;
    let mut stoa = Process::start(&url, &[]).await;
    server.control("takeover");
    // It ends when it connects again, rather than speak of another history.
    while let Ok(answer) = reqwest::get(format!("{}/explore", stoa.url())).await {
        assert_eq!(answer.status(), 503);
    }
    let ended = stoa.ended_within(60).await;
    assert!(ended.is_ok_and(|status| !status.success()), "and says so by its exit code");
    let now = epoch_at(TestDatabase::at(url)).await;
    assert_ne!(epoch, now);
    assert_eq!(epoch.split('-').next(), now.split('-').next(), "the database is the same");
}

/// As a quota or a failover does it: by a setting that each connection keeps from when it was opened.
#[tokio::test(flavor = "multi_thread")]
async fn e8_a_database_that_takes_no_writes_is_not_ready_and_is_written_again_at_once_afterwards() {
    if server().is_none() {
        return;
    }
    let (_server, database) = Server::start();
    let mut by_hand = PgConnection::connect(&database.url).await.unwrap();
    let place = Place::on(database, FAST).await;
    let (noor, tomas) = (place.user("Noor").await, place.user("Tomas").await);
    let session = place.session(&noor).await;
    let conversation = place.conversation(&noor, &tomas).await.id;
    let site = place.serve().await;
    let ready =
        async || site.request(Method::GET, "/readyz", None).send().await.unwrap().text().await.unwrap();
    assert_eq!(ready().await, "ready\n");

    by_hand.execute("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on").await.unwrap();
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user";
    by_hand.execute(others).await.unwrap();
    while ready().await != "read_only\n" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = place.send(&noor, conversation, "While it takes no writes").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Retry);
    assert_eq!(site.get("/api/users/me", Some(&session)).await.0, 200, "reading goes on");

    by_hand.execute("SET default_transaction_read_only = off").await.unwrap();
    by_hand.execute("ALTER ROLE CURRENT_USER RESET default_transaction_read_only").await.unwrap();
    while ready().await != "ready\n" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut refusals = 0;
    while let Err(refused) = place.send(&noor, conversation, "And again").await {
        assert_eq!(refused.code, ErrorCode::Retry);
        refusals += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // A connection that was opened in between may be met once more, within the second in which none is closed.
    assert!(refusals <= 12, "{refusals} refusals after the database was written again");
}

async fn goes_on_after(command: &'static str) {
    let (server, database) = Server::start();
    let place = Arc::new(Place::on(database, FAST).await);
    let host = place.user("Tomas").await;
    let session = place.session(&host).await;
    let site = place.serve().await;
    let progress = Arc::new(Progress::default());
    let mut senders = Vec::new();
    for number in 0..SENDERS {
        let guest = place.user(&format!("Guest {number}")).await;
        let conversation = place.conversation(&guest, &host).await.id;
        senders.push(tokio::spawn(send(place.clone(), progress.clone(), guest, conversation)));
    }

    let mut server = Some(server);
    for part in 1..=2 {
        progress.reached(SENDERS * EACH * part / 3).await;
        let running = server.take().expect("it is given back");
        let restarted = tokio::task::spawn_blocking(move || {
            running.control(command);
            running
        });
        server = Some(restarted.await.unwrap());
    }
    let sent: Vec<Message> = join_all(senders).await.into_iter().flat_map(|sent| sent.unwrap()).collect();

    let rows = place.rows::<(Uuid, i64)>("SELECT id, seq FROM messages").await;
    assert_eq!(rows.len(), SENDERS * EACH);
    assert!(sent.iter().all(|message| rows.contains(&(message.id.0, message.seq))));
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
    assert!(progress.retries.load(Ordering::Relaxed) > 0, "it went away while messages were on their way");
    let (status, answer) = site.get("/api/messages/unread-count", Some(&session)).await;
    assert_eq!((status.as_u16(), answer["unread"].as_u64()), (200, Some((SENDERS * EACH) as u64)));
}

/// One message after the other, as an outbox does: the same again until there is an answer.
async fn send(
    place: Arc<Place>,
    progress: Arc<Progress>,
    guest: Viewer,
    conversation: ConversationId,
) -> Vec<Message> {
    let mut sent = Vec::new();
    while sent.len() < EACH {
        let (id, body) = (MessageId::new(), format!("message {}", sent.len()));
        let answer = loop {
            match place.send_as(&guest, conversation, id, &body).await {
                Ok(message) => break message,
                Err(refused) => assert_eq!(refused.code, ErrorCode::Retry),
            }
            progress.retries.fetch_add(1, Ordering::Relaxed);
            // A client's pause before it tries again.
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(answer.seq, sent.len() as i64 + 1, "in the order in which they were sent");
        sent.push(answer);
        progress.sent.fetch_add(1, Ordering::Relaxed);
        progress.moved.notify_one();
    }
    sent
}

#[derive(Default)]
struct Progress {
    sent: AtomicUsize,
    retries: AtomicUsize,
    moved: Notify,
}

impl Progress {
    async fn reached(&self, count: usize) {
        while self.sent.load(Ordering::Relaxed) < count {
            self.moved.notified().await;
        }
    }
}
