//! Health inspection of a database without changing it: it is neither created nor migrated.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection, PgConnection, SqliteConnection, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use tokio::time::timeout;

use super::{
    postgres,
    schema::{self, Schema},
    sqlite,
};
use crate::{
    server::{
        config::database_url::is_url,
        store::{
            Conn, Database, Result, on,
            operators::webhooks::{self, deliveries::WebhookHealth},
            sync::updates::Updates,
        },
    },
    shared::{users::credentials::DEMO_DOMAIN, values::time::Timestamp},
};

const INSPECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Result of an inspection.
pub struct Inspection {
    /// Product name and version.
    pub product: String,
    /// The reason why Stoa can't use this database at all.
    pub refused: Option<String>,
    pub schema: Schema,
    /// No migration has ever run in it.
    pub is_new: bool,
    /// Time of the last message.
    pub last_message: Option<Timestamp>,
    /// Accounts of the demo are in it.
    pub has_demo: bool,
    /// `None` if it has no tables of them yet.
    pub webhooks: Option<WebhookHealth>,
    /// `None` for SQLite, whose settings are all chosen by Stoa.
    pub server: Option<Server>,
}

/// Settings and state that a PostgreSQL server reports.
pub struct Server {
    pub clock: Timestamp,
    pub has_fsync: bool,
    pub has_synchronous_commit: bool,
    /// Connections that the server would still accept.
    pub connections_left: i64,
}

/// Inspects a database; the error is one line that says why it can't be read.
pub async fn inspect(database: &str) -> std::result::Result<Inspection, String> {
    let inspected = async {
        if is_url(database) { inspect_postgres(database).await } else { inspect_sqlite(database).await }
    };
    let inspected = timeout(INSPECTION_TIMEOUT, inspected).await.map_err(|_| "it does not answer".to_owned());
    inspected.and_then(|inspected| inspected.map_err(|error| error.to_string()))
}

async fn inspect_sqlite(path: &str) -> Result<Inspection> {
    let options =
        SqliteConnectOptions::new().filename(Path::new(path)).read_only(true).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?;
    let moved = sqlite::file::moved_to(&mut connection).await?.map(sqlite::file::OpenError::Moved);
    let refused =
        sqlite::file::check_version(&mut connection).await.err().or(moved).map(|error| error.to_string());
    let is_new = sqlx::query("SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_optional(&mut connection)
        .await?
        .is_none();
    let database = Database::Sqlite(&mut connection);
    let Contents { schema, last_message, has_demo, webhooks } = read_contents(database, is_new).await?;
    let product = format!("SQLite {version}");
    Ok(Inspection { product, refused, schema, is_new, last_message, has_demo, webhooks, server: None })
}

async fn inspect_postgres(url: &str) -> Result<Inspection> {
    let options: PgConnectOptions = url.parse()?;
    let mut connection = PgConnection::connect_with(&options.application_name("stoa doctor")).await?;
    let (version, is_new): (String, bool) =
        sqlx::query_as("SELECT current_setting('server_version'), to_regclass('_sqlx_migrations') IS NULL")
            .fetch_one(&mut connection)
            .await?;
    let refused = postgres::check(&mut connection).await.err().map(|error| error.to_string());
    let server = server(&mut connection).await?;
    let database = Database::Postgres(&mut connection);
    let Contents { schema, last_message, has_demo, webhooks } = read_contents(database, is_new).await?;
    connection.close().await?;
    let product = format!("PostgreSQL {version}");
    Ok(Inspection {
        product,
        refused,
        schema,
        is_new,
        last_message,
        has_demo,
        webhooks,
        server: Some(server),
    })
}

async fn server(connection: &mut PgConnection) -> Result<Server> {
    let (clock, has_fsync, has_synchronous_commit, connections_left): (i64, bool, bool, i64) = sqlx::query_as(
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, current_setting('fsync') = 'on', \
             current_setting('synchronous_commit') <> 'off', \
             current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint \
                 - (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend') + 1",
    )
    .fetch_one(connection)
    .await?;
    Ok(Server { clock: Timestamp(clock), has_fsync, has_synchronous_commit, connections_left })
}

#[derive(Default)]
struct Contents {
    schema: Schema,
    last_message: Option<Timestamp>,
    has_demo: bool,
    webhooks: Option<WebhookHealth>,
}

async fn read_contents(database: Database<'_>, is_new: bool) -> Result<Contents> {
    let conn = &mut Conn { database, updates: &mut Updates::default() };
    if is_new {
        return Ok(Contents::default());
    }
    let schema = schema::compare(conn).await?;
    // A database that was never migrated lacks the tables.
    let last: sqlx::Result<Option<i64>> = on!(conn, c => sqlx::query_scalar(
        "SELECT MAX(last_message_at) FROM conversations").fetch_one(&mut **c).await);
    let demo: sqlx::Result<bool> = on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE email LIKE $1)")
        .bind(format!("%{DEMO_DOMAIN}")).fetch_one(&mut **c).await);
    Ok(Contents {
        schema,
        last_message: last.ok().flatten().map(Timestamp),
        has_demo: demo.unwrap_or_default(),
        webhooks: webhooks::deliveries::health(conn).await.ok(),
    })
}
