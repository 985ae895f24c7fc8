//! `stoa doctor`, as an operator runs it.

use std::{
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use stoa::shared::values::time::DAY;

use crate::{
    database::{TestDatabase, server},
    place::Place,
    server::{Server, free_address},
};

/// What it found, by line.
struct Found {
    output: Output,
    text: String,
}

impl Found {
    /// With a limit of open files that is enough, and an address that is free.
    async fn on(database: &str, options: &[&str]) -> Self {
        let listen = free_address().await.to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command.args(["doctor", "--database", database]).args(options);
        if !options.contains(&"--listen") {
            command.args(["--listen", &listen]);
        }
        let output = command.output().expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Self { output, text }
    }

    /// The line about this, with how it is graded.
    fn line(&self, about: &str) -> &str {
        let is_about =
            |line: &&str| line.get(9..).is_some_and(|rest| rest.starts_with(&format!("{about:<16} ")));
        self.text.lines().find(is_about).unwrap_or_else(|| panic!("nothing about {about} in\n{}", self.text))
    }

    /// No error, but for one that the server for tests has on purpose.
    fn is_healthy(&self) -> bool {
        let errors: Vec<_> = self.text.lines().filter(|line| line.starts_with("error ")).collect();
        assert_eq!(self.output.status.success(), errors.is_empty(), "{}", self.text);
        errors.iter().all(|line| line.contains("set fsync = on"))
    }
}

#[tokio::test]
async fn e8_the_doctor_finds_nothing_wrong_where_all_is_well() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    let options = ["--public-url", "https://chat.example.com", "--trusted-proxies", "10.0.0.1"];
    let found = Found::on(&place.database.url, &options).await;
    assert!(found.is_healthy());
    for about in ["public url", "trusted proxies", "listen", "database", "schema", "last message"] {
        assert!(found.line(about).starts_with("ok "), "{}", found.text);
    }
    if server().is_some() {
        assert!(found.line("database").contains("PostgreSQL"), "{}", found.text);
        assert!(found.line("clock").starts_with("ok "), "{}", found.text);
        assert!(found.line("fsync").starts_with("error "), "the server for tests has none: {}", found.text);
    } else {
        assert!(found.line("database").contains("SQLite 3."), "{}", found.text);
        assert!(found.line("rights").starts_with("ok "), "{}", found.text);
        assert!(found.line("disk").contains("MiB free"), "{}", found.text);
    }
}

#[tokio::test]
async fn e8_the_doctor_warns_of_what_is_for_development_only() {
    let place = Place::new().await;
    let found = Found::on(&place.database.url, &[]).await;
    assert!(found.line("public url").starts_with("warning ") && found.is_healthy(), "{}", found.text);
    let options = ["--public-url", "https://chat.example.com", "--demo", "--public-demo"];
    let found = Found::on(&place.database.url, &options).await;
    assert!(found.line("trusted proxies").starts_with("warning "), "{}", found.text);
    assert!(found.line("demo").starts_with("warning ") && found.is_healthy(), "{}", found.text);
    let found = Found::on(&place.database.url, &options[..3]).await;
    assert!(found.line("demo").starts_with("error ") && !found.is_healthy(), "{}", found.text);
    let found = Found::on(&place.database.url, &["--listen", "0.0.0.0:0"]).await;
    assert!(found.line("public url").starts_with("error ") && !found.is_healthy(), "{}", found.text);
    let found = Found::on(&place.database.url, &["--listen", "0.0.0.0:0", "--insecure"]).await;
    assert!(found.line("public url").starts_with("warning ") && found.is_healthy(), "{}", found.text);
}

#[tokio::test]
async fn e8_the_doctor_makes_no_database_and_no_tables() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("stoa.db");
    let found = Found::on(missing.to_str().unwrap(), &[]).await;
    assert!(found.line("database").starts_with("warning ") && found.is_healthy(), "{}", found.text);
    assert!(!missing.exists());

    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    let found = Found::on(empty.to_str().unwrap(), &[]).await;
    assert!(found.line("schema").starts_with("ok ") && found.is_healthy(), "{}", found.text);
    assert_eq!(std::fs::metadata(&empty).unwrap().len(), 0);

    let found = Found::on("/no/such/folder/stoa.db", &[]).await;
    assert!(found.line("rights").starts_with("error ") && !found.is_healthy(), "{}", found.text);
    let broken = folder.path().join("broken.db");
    std::fs::write(&broken, "this is no database, only some text that is long enough to be looked at")
        .unwrap();
    let found = Found::on(broken.to_str().unwrap(), &[]).await;
    assert!(found.line("database").starts_with("error ") && !found.is_healthy(), "{}", found.text);
}

#[tokio::test]
async fn e8_the_doctor_tells_an_older_database_from_a_newer_one_and_leaves_both_as_they_are() {
    let place = Place::new().await;
    let versions = "SELECT version FROM _sqlx_migrations ORDER BY version";
    place
        .run("UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)")
        .await;
    let before: Vec<(i64,)> = place.rows(versions).await;
    let found = Found::on(&place.database.url, &[]).await;
    assert!(found.line("schema").starts_with("error ") && !found.is_healthy(), "{}", found.text);
    assert!(found.line("schema").contains("9999"), "{}", found.text);
    place.run("DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    let found = Found::on(&place.database.url, &[]).await;
    assert!(found.line("schema").contains("pending") && found.is_healthy(), "{}", found.text);
    let after: Vec<(i64,)> = place.rows(versions).await;
    assert_eq!(after, before[..before.len() - 1]);
}

#[tokio::test]
async fn e8_the_doctor_notices_a_clock_that_is_behind_the_newest_message() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.context.clock.advance(DAY);
    place.send(&guest, conversation, "From tomorrow").await.unwrap();
    let found = Found::on(&place.database.url, &[]).await;
    assert!(found.line("last message").starts_with("warning "), "{}", found.text);
}

#[tokio::test]
async fn e8_the_doctor_tells_an_address_that_is_taken_from_one_where_stoa_runs() {
    let place = Place::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || drop(taken.accept()));
    let found = Found::on(&place.database.url, &["--listen", &address]).await;
    answering.join().unwrap();
    assert!(found.line("listen").starts_with("error ") && !found.is_healthy(), "{}", found.text);
    assert!(found.line("listen").contains("--listen"), "{}", found.text);
    let metrics = free_address().await.to_string();
    let stoa = Server::start(&place.database.url, &[("STOA_METRICS", &metrics)]).await;
    let listen = stoa.address.to_string();
    let found = Found::on(&place.database.url, &["--listen", &listen, "--metrics", &metrics]).await;
    for about in ["listen", "metrics"] {
        assert!(found.line(about).contains("Stoa runs there"), "{}", found.text);
    }
    assert!(found.is_healthy());
}

#[tokio::test]
async fn e8_the_doctor_says_without_the_password_that_a_database_server_is_out_of_reach() {
    let address = free_address().await;
    let found = Found::on(&format!("postgres://stoa:secret@{address}/market?sslmode=disable"), &[]).await;
    let line = found.line("database");
    assert!(line.starts_with("error ") && line.contains(&format!("stoa@{address}/market")), "{}", found.text);
    assert!(!found.is_healthy() && !found.text.contains("secret"), "{}", found.text);
}

#[tokio::test]
async fn e8_the_doctor_says_where_the_data_of_a_file_has_gone() {
    let place = Place::on_sqlite().await;
    place.run("INSERT INTO meta (key, value) VALUES ('moved_to', 'postgres://db.example.com/stoa')").await;
    let found = Found::on(&place.database.url, &[]).await;
    assert!(found.line("database").contains("postgres://db.example.com/stoa"), "{}", found.text);
    assert!(!found.is_healthy());
}

#[tokio::test]
async fn e8_the_doctor_notices_a_file_that_others_can_read() {
    let database = TestDatabase::sqlite();
    drop(database.open().await);
    let file = Path::new(&database.url);
    assert!(Found::on(&database.url, &[]).await.line("rights").starts_with("ok "));
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let found = Found::on(&database.url, &[]).await;
    assert!(found.line("rights").starts_with("warning ") && found.line("rights").contains("chmod 600"));
}
