//! A server that dies while it brings its database up to date: the next one goes on from there, and what
//! comes out is what comes out of one that lives.

#[cfg(feature = "chaos")]
#[tokio::test(flavor = "multi_thread")]
async fn d7_a_server_that_dies_before_any_step_of_migrating_counts_loses_nothing() {
    use sqlx::{Connection, SqliteConnection};

    use crate::{database::TestDatabase, server::Server};

    async fn tables(url: &str) -> Vec<(String, Option<String>)> {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let all = "SELECT name, sql FROM sqlite_schema ORDER BY type, name";
        sqlx::query_as(all).fetch_all(&mut connection).await.unwrap()
    }

    let whole = TestDatabase::sqlite();
    drop(whole.open().await);
    let (whole, broken) = (tables(&whole.url).await, TestDatabase::sqlite());
    let steps = sqlx::migrate!("migrations/sqlite").iter().count();
    let mut died = 0;
    loop {
        // One at its first commit; the next comes through that one and dies at its second.
        let passes = if died % 2 == 0 { "0" } else { "1" };
        let environment = [("STOA_FAULT", "die_in_migration"), ("STOA_DIES_AT", passes)];
        let address = crate::server::free_address().await;
        let mut server = Server::spawn(address, &broken.url, &environment, std::process::Stdio::null());
        if server.listens().await {
            break;
        }
        assert_eq!(server.has_aborted(), Some(true), "it died where it was to");
        died += 1;
        assert!(died <= 4 * (steps + 1), "no server comes further than those before");
    }
    println!("{steps} migrations, died {died} times");
    assert!(died >= steps, "it died on its way: {died}");
    assert_eq!(tables(&broken.url).await, whole);
}

/// PostgreSQL: a trigger of the database holds a migration up where it makes a table, and the server is
/// killed there.
#[tokio::test(flavor = "multi_thread")]
async fn d7_a_server_that_is_killed_within_a_migration_on_postgres_loses_nothing() {
    use std::process::Stdio;

    use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

    use crate::{
        database::{self, TestDatabase},
        server::{Server, free_address},
    };

    async fn columns(url: &str) -> Vec<(String, String, String)> {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let all = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY 1, 2";
        sqlx::query_as(all).fetch_all(&mut connection).await.unwrap()
    }

    if database::server().is_none() {
        return;
    }
    let (whole, broken) = (TestDatabase::new().await, TestDatabase::empty().await);
    let mut connection = PgConnection::connect(&broken.url).await.unwrap();
    for table in ["users", "participants", "orders", "notifications"] {
        let hold = format!(
            "CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.{table}') \
             THEN PERFORM pg_sleep(600); END IF; END $$; \
             CREATE EVENT TRIGGER hold ON ddl_command_end EXECUTE FUNCTION hold()"
        );
        connection.execute(AssertSqlSafe(hold)).await.unwrap();
        let mut server = Server::spawn(free_address().await, &broken.url, &[], Stdio::null());
        let held = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        while sqlx::query_scalar::<_, i64>(held).fetch_one(&mut connection).await.unwrap() == 0 {}
        server.kill();
        // PostgreSQL would notice when it wakes.
        let end = "SELECT COUNT(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE wait_event = 'PgSleep' \
                   AND datname = current_database()";
        connection.execute(end).await.unwrap();
        connection.execute("DROP EVENT TRIGGER hold; DROP FUNCTION hold()").await.unwrap();
        let is_there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(table)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert!(!is_there, "half a migration is none");
    }
    let server = Server::start(&broken.url, &[]).await;
    assert_eq!(columns(&broken.url).await, columns(&whole.url).await);
    drop(server);
}
