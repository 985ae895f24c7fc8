//! A database for one test: a SQLite file, or a copy of a prepared database on the PostgreSQL
//! server that STOA_TEST_DATABASE_URL names (script/test starts one).

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use stoa::server::store::Store;
use tempfile::TempDir;
use tokio::{runtime, sync::OnceCell};

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

pub struct TestDatabase {
    /// What `--database` takes.
    pub url: String,
    kind: Kind,
}

enum Kind {
    Sqlite {
        _folder: TempDir,
    },
    /// Elsewhere; whoever made it removes it.
    Given,
    Postgres {
        name: String,
    },
}

impl TestDatabase {
    pub async fn new() -> Self {
        let Some(server) = server() else { return Self::sqlite() };
        let template = TEMPLATE.get_or_init(prepare).await;
        let name = format!("{template}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        run(&server, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { url: url_of(&server, &name), kind: Kind::Postgres { name } }
    }

    /// On which nothing of Stoa's has run.
    pub async fn empty() -> Self {
        let Some(server) = server() else { return Self::sqlite() };
        let name = format!("stoa_empty_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        run(&server, format!("CREATE DATABASE {name}")).await;
        Self { url: url_of(&server, &name), kind: Kind::Postgres { name } }
    }

    /// For what only SQLite does.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("stoa.db").to_str().expect("a path in UTF-8").to_owned();
        Self { url: path, kind: Kind::Sqlite { _folder: folder } }
    }

    /// Transactions that waited for each other in a circle so far; PostgreSQL only. Ends all
    /// connections: each hands in its count when it ends.
    pub async fn deadlocks(&self) -> Option<i64> {
        let (Kind::Postgres { name }, Some(server)) = (&self.kind, server()) else { return None };
        let mut connection = PgConnection::connect(&server).await.expect("the server for tests");
        let end = "SELECT COUNT(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = $1";
        sqlx::query(end).bind(name).execute(&mut connection).await.expect("they end");
        let count = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1";
        Some(sqlx::query_scalar(count).bind(name).fetch_one(&mut connection).await.expect("a count"))
    }

    /// A database that exists and is empty.
    pub fn at(url: String) -> Self {
        Self { url, kind: Kind::Given }
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("a new database opens")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (Kind::Postgres { name }, Some(server)) = (&self.kind, server()) else { return };
        let statement = format!("DROP DATABASE {name} WITH (FORCE)");
        // The test's own runtime is about to end, and can't wait here.
        let dropping = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, statement));
        });
        let _ = dropping.join();
    }
}

/// The server to test on, if it is not to be SQLite.
pub fn server() -> Option<String> {
    std::env::var("STOA_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

async fn prepare() -> String {
    let server = server().expect("only called with a server");
    let name = format!("stoa_test_{}", process::id());
    run(&server, format!("CREATE DATABASE {name}")).await;
    let mut connection = PgConnection::connect(&url_of(&server, &name)).await.expect("the new database");
    sqlx::migrate!("migrations/postgres").run(&mut connection).await.expect("its tables");
    connection.close().await.expect("nobody holds what is copied");
    name
}

async fn run(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.expect("the server for tests");
    connection.execute(AssertSqlSafe(statement)).await.expect("what a test needs");
}

fn url_of(server: &str, name: &str) -> String {
    let (address, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{address}/{name}")
}
