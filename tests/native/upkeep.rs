//! Whole databases: moved from SQLite to PostgreSQL, backed up and restored, with the real program.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use stoa::{
    server::{
        auth::session_tokens::{self, Token},
        clock::Clock,
        store::{Store, users::sessions},
    },
    shared::{
        errors::ErrorCode,
        ids::MessageId,
        sync::wire::{ToClient, ToServer},
        users::Viewer,
        values::time::DAY,
    },
};

use crate::{
    checker,
    client::Client,
    database::{TestDatabase, server},
    place::{FAST, Place},
    server::Server,
};

fn stoa(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    stoa(arguments).output().expect("the binary runs")
}

fn done(arguments: &[&str]) {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What the program says as it refuses.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("words")
}

/// Signs in to a database that nobody serves.
async fn session_in(file: &TestDatabase, viewer: &Viewer) -> Token {
    let store = file.open().await;
    let (token, now) = (Token::new(), Clock::default().now());
    let session = sessions::NewSession {
        token_hash: session_tokens::hash(token.as_str()),
        user: viewer.id,
        client: String::new(),
        expires_at: now.plus(DAY),
    };
    let write =
        store.write(move |mut conn| Box::pin(async move { sessions::insert(&mut conn, session, now).await }));
    write.await.expect("a session");
    token
}

/// What people see, with the order in which it came.
async fn contents(place: &Place) -> Vec<(String, i64)> {
    const TABLES: [&str; 5] = [
        "SELECT name, COALESCE(suspended_at, 0) FROM users ORDER BY id",
        "SELECT body, seq * 1000 + version FROM messages ORDER BY id",
        "SELECT 'participant', read_seq * 1000000 + unread * 1000 + changed FROM participants ORDER BY conversation_id, user_id",
        "SELECT 'head', head FROM heads ORDER BY user_id",
        "SELECT status, created_at FROM orders ORDER BY id",
    ];
    let mut all = Vec::new();
    for table in TABLES {
        all.extend(place.rows::<(String, i64)>(table).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn e8_everything_is_moved_to_postgres_and_the_file_takes_nothing_more() {
    if server().is_none() {
        return;
    }
    let (made, target) = (TestDatabase::sqlite(), TestDatabase::new().await);
    done(&["demo", "--database", &made.url]);
    let place = Place::on(made, FAST).await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let session = place.session(&guest).await;
    let (before, epoch) = (contents(&place).await, place.context.epoch.clone());
    // This process has the first file open, and would stop when it is moved.
    let folder = tempfile::tempdir().expect("a folder");
    let file = TestDatabase::at(folder.path().join("stoa.db").to_str().expect("a path in UTF-8").to_owned());
    done(&["backup", "--database", &place.database.url, &file.url]);
    let mut running = Server::start(&file.url, &[]).await;

    done(&["copy", "--database", &file.url, "--to", &target.url]);

    let ended = running.ended_within(25).await.expect("a server on the file stops");
    assert_eq!(ended.code(), Some(75));
    assert!(refused(&["serve", "--database", &file.url]).contains("moved to postgres"));
    let store = sqlx::SqlitePool::connect(&file.url).await.expect("the file");
    for write in ["UPDATE messages SET body = ''", "DELETE FROM heads", "DELETE FROM users"] {
        let refused = sqlx::query(write).execute(&store).await.expect_err("it takes nothing more");
        assert!(refused.to_string().contains("moved"), "{refused}");
    }
    let place = Place::on(TestDatabase::at(target.url.clone()), FAST).await;
    assert_eq!(contents(&place).await, before);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
    assert_ne!(place.context.epoch, epoch);
    // A client that followed the file starts over, and goes on.
    let site = place.serve().await;
    let mut client = Client::at(&site.url, &session, &epoch, 1).await;
    assert!(matches!(client.hear().await, ToClient::Reset { .. }));
    let id = MessageId::new();
    client
        .say(&ToServer::SendMessage {
            id,
            conversation,
            body: "Here now".into(),
            attached: Default::default(),
        })
        .await;
    client.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    // What is there already is not written over.
    let other = TestDatabase::sqlite();
    done(&["demo", "--database", &other.url]);
    assert!(refused(&["copy", "--database", &other.url, "--to", &target.url]).contains("not empty"));
    assert!(Store::open(&other.url).await.is_ok(), "what was refused changed nothing");
    done(&["copy", "--database", &file.url, "--undo"]);
    let place = Place::on(TestDatabase::at(file.url.clone()), FAST).await;
    assert_eq!(contents(&place).await, before);
    assert_ne!(place.context.epoch, epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn e8_a_copy_that_is_killed_goes_on_where_it_was() {
    if server().is_none() {
        return;
    }
    let (file, target) = (TestDatabase::sqlite(), TestDatabase::new().await);
    done(&["demo", "--long", "20000", "--database", &file.url]);
    let copy = ["copy", "--database", &file.url, "--to", &target.url];
    let mut copying = stoa(&copy).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let lines = BufReader::new(copying.stdout.take().expect("its words")).lines();
    for line in lines {
        // Then the messages are on their way.
        if line.expect("a line").starts_with("participants") {
            break;
        }
    }
    copying.kill().expect("it runs");
    copying.wait().expect("it ends");
    assert!(refused(&["serve", "--database", &target.url]).contains("not come to its end"));
    let other = TestDatabase::sqlite();
    done(&["demo", "--database", &other.url]);
    assert!(refused(&["copy", "--database", &other.url, "--to", &target.url]).contains("something else"));
    done(&copy);
    let place = Place::on(TestDatabase::at(target.url.clone()), FAST).await;
    let count = place.rows::<(i64,)>("SELECT COUNT(*) FROM messages").await[0].0;
    assert!(count > 20_000, "{count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e8_a_backup_is_one_moment_and_restoring_it_makes_clients_start_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let backup = path("backup.db");
    let place = Place::on_sqlite().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let (session, epoch) = (place.session(&guest).await, place.context.epoch.clone());
    let file = TestDatabase::at(path("stoa.db"));
    done(&["backup", "--database", &place.database.url, &file.url]);
    let server = Server::start(&file.url, &[]).await;
    let mut client = Client::at(&server.url(), &session, &epoch, 1).await;
    let ids = [MessageId::new(), MessageId::new()];
    let mut say = async |id, body: &str| {
        client
            .say(&ToServer::SendMessage {
                id,
                conversation,
                body: body.to_owned(),
                attached: Default::default(),
            })
            .await;
        let ack = client.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
        let ToClient::Ack { message, .. } = ack else { panic!("an ack") };
        message.seq
    };
    assert_eq!(say(ids[0], "before the backup").await, 1);
    done(&["backup", "--database", &file.url, &backup]);
    assert!(refused(&["backup", "--database", &file.url, &backup]).contains("already"));
    assert_eq!(say(ids[1], "after the backup").await, 2);
    assert!(refused(&["restore", "--database", &file.url, &backup]).contains("a server runs"));
    assert!(
        refused(&["serve", "--listen", "127.0.0.1:0", "--database", &file.url]).contains("a server runs")
    );
    drop(server);

    done(&["restore", "--database", &file.url, &backup]);

    let session = session_in(&file, &guest).await;
    let server = Server::start(&file.url, &[]).await;
    let mut client = Client::at(&server.url(), &session, &epoch, 1).await;
    let ToClient::Reset { epoch, head } = client.hear().await else { panic!("it is another history") };
    let mut client = Client::at(&server.url(), &session, &epoch, head).await;
    // The outbox has kept what was not answered, and says it again.
    client
        .say(&ToServer::SendMessage {
            id: ids[1],
            conversation,
            body: "after the backup".into(),
            attached: Default::default(),
        })
        .await;
    client
        .until(|frame| matches!(frame, ToClient::Ack { id, message } if *id == ids[1] && message.seq == 2))
        .await;
    client
        .say(&ToServer::SendMessage {
            id: ids[0],
            conversation,
            body: "something else".into(),
            attached: Default::default(),
        })
        .await;
    let answer = client.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
    let ToClient::Refused { error, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(error.code, ErrorCode::Conflict, "what the backup has is known");
    drop(server);
    let kept = format!("{}.before-restore-1", file.url);
    let place = Place::on(TestDatabase::at(kept), FAST).await;
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM messages").await[0].0, 2, "nothing is thrown away");
    let wrong = folder.path().join("wrong.db");
    std::fs::write(&wrong, "").expect("a file");
    assert!(
        refused(&["restore", "--database", &file.url, wrong.to_str().unwrap()])
            .contains("no database of Stoa")
    );
}
