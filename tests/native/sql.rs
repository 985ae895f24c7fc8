//! SQL of the tests' own: what no command does yet, and what is looked at from outside.

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
