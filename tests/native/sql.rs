//! SQL of the tests' own: what no command does yet, and what is looked at from outside.

#[cfg(feature = "chaos")]
use crate::place::Place;
use sqlx::AssertSqlSafe;
use stoa::server::store::{Conn, Database, Result};
use uuid::Uuid;

/// Runs a statement on a conversation ($1) and a user ($2) with a number ($3).
pub async fn execute(
    conn: &mut Conn<'_>,
    statement: &'static str,
    (conversation, user, number): (Uuid, Uuid, i64),
) -> Result<()> {
    match &mut conn.database {
        Database::Sqlite(c) => {
            let query = sqlx::query(AssertSqlSafe(statement)).bind(conversation).bind(user).bind(number);
            query.execute(&mut **c).await?;
        }
        Database::Postgres(c) => {
            let query = sqlx::query(AssertSqlSafe(statement)).bind(conversation).bind(user).bind(number);
            query.execute(&mut **c).await?;
        }
    }
    Ok(())
}

/// Copies a SQLite database as it is now into a new file.
#[cfg(feature = "chaos")]
pub async fn copy_into(place: &Place, path: String) {
    let read = place.context.store.read_one(move |conn| {
        Box::pin(async move {
            let Database::Sqlite(c) = conn.database else { panic!("only SQLite is one file") };
            sqlx::query("VACUUM INTO $1").bind(path).execute(c).await?;
            Ok(())
        })
    });
    read.await.unwrap();
}
