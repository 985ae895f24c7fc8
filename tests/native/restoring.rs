//! Backups and restores that go wrong on their way, and what a restore would bring back.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use stoa::{
    server::{
        auth::session_tokens::hash,
        domain::{
            self,
            operators::user_directory,
            users::{Client, api_tokens},
        },
    },
    shared::{
        ids::TokenId,
        operators::user_directory::UserChange,
        users::{api_tokens::Scopes, rank::Rank},
    },
};

use crate::{
    database::TestDatabase,
    place::{FAST, Place},
};

fn stoa(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    stoa(arguments).output().expect("the binary runs")
}

fn done(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("words")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// A folder with a database of the demo in it.
fn demo() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("stoa.db");
    done(&["demo", "--database", database.to_str().expect("UTF-8")]);
    (folder, database)
}

/// Makes it so large that a copy takes a while.
async fn fill(database: &Path) {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50000) \
                INSERT INTO meta (key, value) SELECT 'filling ' || n, hex(randomblob(1000)) FROM n";
    connection.execute(rows).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn e8_a_backup_has_its_name_when_it_is_whole_and_is_its_owners_alone_from_the_first_byte() {
    let (folder, database) = demo();
    fill(&database).await;
    let (backup, partial) = (folder.path().join("copy.db"), folder.path().join("copy.db.partial"));
    let arguments = ["backup", "--database", database.to_str().unwrap(), backup.to_str().unwrap()];
    let mut running = stoa(&arguments).spawn().unwrap();
    while !partial.exists() {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it was seen to write");
        std::thread::yield_now();
    }
    assert_eq!(mode(&partial), 0o600);
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(!backup.exists(), "{:?}", names(folder.path()));

    done(&arguments);
    assert_eq!(mode(&backup), 0o600);
    let left: Vec<_> = names(folder.path()).into_iter().filter(|name| name.starts_with("copy")).collect();
    assert_eq!(left, ["copy.db"], "what the first had written is gone");
    // Neither a file nor a link that leads nowhere is written over.
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink("elsewhere.db", &link).unwrap();
    for taken in [&backup, &link] {
        let output = run(&["backup", "--database", database.to_str().unwrap(), taken.to_str().unwrap()]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("there already"), "{output:?}");
    }
    assert!(!folder.path().join("elsewhere.db").exists());
}

#[tokio::test]
async fn e8_a_damaged_database_is_set_aside_and_a_damaged_backup_changes_nothing() {
    let (folder, database) = demo();
    let (path, backup) = (database.to_str().unwrap(), folder.path().join("backup.db"));
    let backup = backup.to_str().unwrap();
    done(&["backup", "--database", path, backup]);

    let broken = folder.path().join("broken.db");
    fs::copy(backup, &broken).unwrap();
    damage(&broken);
    let before = fs::read(&database).unwrap();
    let output = run(&["restore", "--database", path, broken.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("broken.db"), "{output:?}");
    assert_eq!(fs::read(&database).unwrap(), before);
    assert!(
        !names(folder.path()).iter().any(|name| name.contains("restoring")),
        "{:?}",
        names(folder.path())
    );

    damage(&database);
    fs::write(folder.path().join("stoa.db-wal"), "of the damaged one").unwrap();
    let damaged = fs::read(&database).unwrap();
    let text = done(&["restore", "--database", path, backup]);
    assert!(text.contains("stoa.db.before-restore-1") && text.contains("could not be read"), "{text}");
    assert_eq!(fs::read(folder.path().join("stoa.db.before-restore-1")).unwrap(), damaged);
    let left = names(folder.path());
    assert!(!left.iter().any(|name| name.contains("restoring") || name == "stoa.db-wal"), "{left:?}");
    let place = Place::on(TestDatabase::at(path.to_owned()), FAST).await;
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM users").await[0].0, 12);
}

/// As a disk does it.
fn damage(path: &Path) {
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    let mut page = [0; 4096];
    file.read_exact(&mut page).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&page.map(|byte| byte ^ 0x5a)).unwrap();
}

#[tokio::test]
async fn e8_a_restore_ends_all_sessions_and_tokens_and_says_who_is_another_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, backup) = (path("stoa.db"), path("backup.db"));
    let place = Place::on_sqlite().await;
    let ada = place.admin("Ada").await;
    let (eve, mara, ida) = (place.user("Eve").await, place.user("Mara").await, place.user("Ida").await);
    let session = place.session(&ida).await;
    let scopes = Scopes { read: true, ..Scopes::default() };
    let token = place.token(&ida, TokenId::new(), scopes).await;
    done(&["backup", "--database", &place.database.url, &backup]);
    domain::users::sign_out(&place.context, Some(session.as_str()), &Default::default()).await.unwrap();
    for (user, change) in [(&eve, UserChange::Suspend), (&mara, UserChange::SetRank(Rank::Operator))] {
        user_directory::change(&place.context, &ada, user.id, change).await.unwrap();
    }
    // What is replaced, with nobody at work in it.
    done(&["backup", "--database", &place.database.url, &file]);

    let text = done(&["restore", "--database", &file, &backup]);

    assert!(text.contains(&format!("Eve ({}): no longer suspended", eve.id.0)), "{text}");
    assert!(text.contains(&format!("Mara ({}): rank member in place of operator", mara.id.0)), "{text}");
    assert!(!text.contains("Ida") && text.contains("1 sessions and 1 API tokens"), "{text}");
    let place = Place::on(TestDatabase::at(file), FAST).await;
    assert!(place.viewer_of(session.as_str()).await.unwrap().is_none());
    assert!(api_tokens::holder(&place.context, hash(token.as_str())).await.unwrap().is_none());
    let site = place.serve().await;
    let status = site.get("/api/users/me", Some(&session)).await.0;
    assert_eq!(status, reqwest::StatusCode::UNAUTHORIZED);
}

// The command waits for this process, which must not stand still in the middle of a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn e8_a_database_restored_by_other_means_loses_its_sessions_and_tokens_too() {
    let place = Place::new().await;
    let ida = place.user("Ida").await;
    let session = place.session(&ida).await;
    let scopes = Scopes { read: true, ..Scopes::default() };
    place.token(&ida, TokenId::new(), scopes).await;
    let text = done(&["restore", "--database", &place.database.url]);
    assert!(text.contains("1 sessions and 1 API tokens"), "{text}");
    assert!(place.viewer_of(session.as_str()).await.unwrap().is_none());
    let left = "SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM tokens)";
    assert_eq!(place.rows::<(i64,)>(left).await[0].0, 0);
}

#[tokio::test]
async fn e8_the_write_ahead_log_is_cut_back_when_the_reader_that_held_it_has_gone() {
    const WAL_MAX_BYTES: u64 = 64 * 1024 * 1024;
    let place = Place::on_sqlite().await;
    let wal = PathBuf::from(format!("{}-wal", place.database.url));
    let bytes = || fs::metadata(&wal).map_or(0, |file| file.len());
    let options = SqliteConnectOptions::new().filename(&place.database.url).read_only(true);
    let mut reader = SqliteConnection::connect_with(&options).await.unwrap();
    reader.execute("BEGIN; SELECT COUNT(*) FROM meta").await.unwrap();
    place.run("INSERT INTO meta (key, value) VALUES ('filling', hex(randomblob(36000000)))").await;
    assert!(bytes() > WAL_MAX_BYTES, "{}", bytes());
    reader.execute("COMMIT").await.unwrap();
    // Also where nothing is written any more.
    let shrinks = async {
        while bytes() > WAL_MAX_BYTES {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), shrinks).await.expect("it is cut back");
    place.run("DELETE FROM meta WHERE key = 'filling'").await;
    assert!(bytes() > 0);
    place.context.store.close().await;
    assert_eq!(bytes(), 0, "what stops leaves everything in the file");
}

#[tokio::test]
async fn m10_the_demos_accounts_open_nothing_where_it_is_not_served() {
    const PASSWORD: &str = stoa::shared::users::credentials::DEMO_PASSWORD;
    let database = TestDatabase::new().await;
    done(&["demo", "--database", &database.url]);
    let open = |options: Vec<&'static str>| {
        let database = TestDatabase::at(database.url.clone());
        async move { Place::on(database, &options).await }
    };
    let client = Client::default();
    let email = "aino@demo.stoa.example";
    let served = open([FAST, &["--demo"]].concat()).await;
    let session = domain::users::sign_in(&served.context, email, PASSWORD, &client)
        .await
        .unwrap()
        .opened()
        .unwrap()
        .token;
    let aino = served.viewer_of(session.as_str()).await.unwrap().expect("signed in");
    let scopes = Scopes { read: true, ..Scopes::default() };
    let token = served.token(&aino, TokenId::new(), scopes).await;
    assert!(api_tokens::holder(&served.context, hash(token.as_str())).await.unwrap().is_some());

    let place = open(FAST.to_vec()).await;
    let site = place.serve().await;
    let sign_in = async |email, password| {
        site.form("/rpc/sign_in", None, &[("email", email), ("password", password)]).await
    };
    assert_eq!(sign_in(email, PASSWORD).await, sign_in("nobody@example.com", PASSWORD).await);
    assert_eq!(site.get("/api/users/me", Some(&session)).await.0, reqwest::StatusCode::UNAUTHORIZED);
    assert!(place.viewer_of(session.as_str()).await.unwrap().is_none());
    assert!(api_tokens::holder(&place.context, hash(token.as_str())).await.unwrap().is_none());
    assert!(!domain::users::has_admin(&place.context).await.unwrap(), "the demo's admin is nobody's");
    let found = run(&["doctor", "--database", &database.url, "--listen", "127.0.0.1:0"]);
    let text = String::from_utf8_lossy(&found.stdout);
    assert!(text.contains("error    demo accounts") && !found.status.success(), "{text}");
}
