//! Everything that a database holds, to see that nothing has changed.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, query_scalar};
use stoa::server::store::{Conn, Database, Result};

use crate::place::Place;

/// The rows of each table, as text, but those that are written in the background: of the search index, of events and of webhooks.
pub type Contents = BTreeMap<String, Vec<String>>;

pub async fn contents(place: &Place) -> Contents {
    let read = place.context.store.read(|mut conn| Box::pin(async move { all(&mut conn).await }));
    read.await.expect("the tables")
}

/// The tables in which two moments differ, with what one has and the other has not.
pub fn difference(before: &Contents, after: &Contents) -> Vec<String> {
    let only = |table: &String, one: &Contents, other: &Contents| -> Vec<String> {
        let rows = one.get(table).into_iter().flatten();
        rows.filter(|row| other.get(table).is_none_or(|rows| !rows.contains(row))).cloned().collect()
    };
    let changed = before.keys().filter(|table| before.get(*table) != after.get(*table));
    changed
        .map(|table| {
            format!("{table}: {:?} became {:?}", only(table, before, after), only(table, after, before))
        })
        .collect()
}

async fn all(conn: &mut Conn<'_>) -> Result<Contents> {
    let mut contents = Contents::new();
    match &mut conn.database {
        Database::Sqlite(c) => {
            let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search\\_%' ESCAPE '\\' \
                 AND name NOT LIKE 'event%' AND name NOT LIKE 'webhook%'";
            for table in query_scalar::<_, String>(tables).fetch_all(&mut **c).await? {
                let columns = format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')");
                let columns: Vec<String> = query_scalar(AssertSqlSafe(columns)).fetch_all(&mut **c).await?;
                let rows = format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || ',' || "));
                contents.insert(table, query_scalar(AssertSqlSafe(rows)).fetch_all(&mut **c).await?);
            }
        }
        Database::Postgres(c) => {
            let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'search\\_%' \
                 AND tablename NOT LIKE 'event%' AND tablename NOT LIKE 'webhook%'";
            for table in query_scalar::<_, String>(tables).fetch_all(&mut **c).await? {
                let rows = format!("SELECT t::text FROM \"{table}\" t ORDER BY 1");
                contents.insert(table, query_scalar(AssertSqlSafe(rows)).fetch_all(&mut **c).await?);
            }
        }
    }
    Ok(contents)
}
