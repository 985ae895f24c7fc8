//! Moves everything from a SQLite file to an empty PostgreSQL database, as it is, and compares both.
//!
//! The source is closed for good before the first row is read, by triggers, so that whatever version of
//! Stoa still has it open can't write there any more. Each batch of rows is a transaction of its own, in
//! the order of the key: a copy that was interrupted goes on where it was.

use std::{fmt::Write, path::Path};

use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Connection, Decode, Executor, PgConnection, QueryBuilder, Row,
    SqliteConnection, Type,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use uuid::Uuid;

use super::{epoch, postgres, sqlite};
use crate::server::store::shown;

/// Rows that one transaction takes over.
const BATCH: usize = 1_000;
pub struct Copied {
    pub table: String,
    pub rows: u64,
}

type Done<T> = Result<T, Failed>;

#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Refused(String),
}

/// Copies, and tells of each table when it is there and compared. Bad input and what can't be copied
/// change neither side; whatever else goes wrong, the same command goes on later.
pub async fn copy(from: &Path, to: &str, mut told: impl FnMut(&Copied)) -> Done<()> {
    let refused = |error: &dyn std::fmt::Display| Failed::Refused(error.to_string());
    let mut source = sqlite::open_source(from).await.map_err(|error| refused(&error))?;
    let options: PgConnectOptions = to.parse()?;
    let mut target = postgres::prepare(&options).await.map_err(|error| refused(&error))?;
    begin(&mut source, &mut target, &shown(to)).await?;
    for table in tables(&mut source).await? {
        let table = Table::of(table, &mut target).await?;
        table.copy(&mut source, &mut target).await?;
        let copied = table.compare(&mut source, &mut target).await?;
        told(&copied);
    }
    let fresh = epoch::fresh();
    let end = format!(
        "BEGIN; INSERT INTO meta (key, value) VALUES ('epoch', '{fresh}') ON CONFLICT (key) DO UPDATE SET value = excluded.value; \
         DELETE FROM meta WHERE key = 'copying'; COMMIT"
    );
    target.execute(AssertSqlSafe(end)).await?;
    Ok(())
}

/// Opens a source again that was closed for a copy, with a new epoch: the copy is of no use then.
pub async fn undo(from: &Path) -> Done<()> {
    let mut source = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(from)).await?;
    let mut open = String::from("BEGIN IMMEDIATE;");
    for table in tables(&mut source).await? {
        for (event, _) in EVENTS {
            let _ = write!(open, "DROP TRIGGER IF EXISTS moved_{table}_{event};");
        }
    }
    let fresh = epoch::fresh();
    let _ = write!(
        open,
        "DELETE FROM meta WHERE key = 'moved_to'; UPDATE meta SET value = '{fresh}' WHERE key = 'epoch'; COMMIT"
    );
    source.execute(AssertSqlSafe(open)).await?;
    Ok(())
}

const EVENTS: [(&str, &str); 3] = [("insert", "INSERT"), ("update", "UPDATE"), ("delete", "DELETE")];

/// Takes the target for this source, and closes the source.
async fn begin(source: &mut SqliteConnection, target: &mut PgConnection, place: &str) -> Done<()> {
    let meta = "SELECT value FROM meta WHERE key = $1";
    // A file that was never served has none yet.
    let named = "INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', $1)";
    sqlx::query(named).bind(epoch::fresh()).execute(&mut *source).await?;
    let epoch: String = sqlx::query_scalar(meta).bind("epoch").fetch_one(&mut *source).await?;
    let moved: Option<String> =
        sqlx::query_scalar(meta).bind("moved_to").fetch_optional(&mut *source).await?;
    let copying: Option<String> =
        sqlx::query_scalar(meta).bind("copying").fetch_optional(&mut *target).await?;
    if moved.as_deref().is_some_and(|moved| moved != place) {
        let moved = moved.unwrap_or_default();
        return Err(Failed::Refused(format!("the source has been moved to {moved} already")));
    }
    match copying {
        Some(other) if other != epoch => {
            return Err(Failed::Refused(
                "the target is half a copy of something else; empty it first".into(),
            ));
        }
        Some(_) => {}
        None => {
            let is_used: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM meta WHERE key = 'epoch')",
            )
            .fetch_one(&mut *target)
            .await?;
            if is_used {
                return Err(Failed::Refused(
                    "the target is not empty; give a new database, or empty it first".into(),
                ));
            }
            sqlx::query("INSERT INTO meta (key, value) VALUES ('copying', $1)")
                .bind(&epoch)
                .execute(&mut *target)
                .await?;
        }
    }
    if moved.is_none() {
        let mut close = String::from("BEGIN IMMEDIATE;");
        for table in tables(source).await? {
            for (event, statement) in EVENTS {
                let _ = write!(
                    close,
                    "CREATE TRIGGER moved_{table}_{event} BEFORE {statement} ON {table} BEGIN SELECT RAISE(ABORT, '{}'); END;",
                    sqlite::MOVED
                );
            }
        }
        let place = place.replace('\'', "''");
        let _ = write!(close, "INSERT INTO meta (key, value) VALUES ('moved_to', '{place}'); COMMIT");
        source.execute(AssertSqlSafe(close)).await?;
    }
    Ok(())
}

/// In the order in which they were made, so that what is referred to comes first. What is about the
/// database itself comes apart.
async fn tables(source: &mut SqliteConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT IN ('_sqlx_migrations', 'meta') ORDER BY rowid",
    )
    .fetch_all(source)
    .await
}

struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// Places of the key's columns, in its order.
    key: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Uuid,
    Number,
    Text,
    Bytes,
}

impl Table {
    async fn of(name: String, target: &mut PgConnection) -> Done<Self> {
        let found: Vec<(String, String)> = sqlx::query_as(
            "SELECT column_name::text, udt_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name",
        )
        .bind(&name)
        .fetch_all(&mut *target)
        .await?;
        let kind = |name: &str| match name {
            "uuid" => Ok(Kind::Uuid),
            "int8" => Ok(Kind::Number),
            "text" => Ok(Kind::Text),
            "bytea" => Ok(Kind::Bytes),
            other => Err(Failed::Refused(format!("{name} has a column of the kind {other}"))),
        };
        let columns: Vec<(String, Kind)> =
            found.into_iter().map(|(column, is)| Ok((column, kind(&is)?))).collect::<Done<_>>()?;
        let key: Vec<String> = sqlx::query_scalar(
            "SELECT a.attname::text FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) \
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
             WHERE i.indisprimary AND i.indrelid = $1::regclass ORDER BY k.place",
        )
        .bind(&name)
        .fetch_all(target)
        .await?;
        let place = |key: &String| columns.iter().position(|(column, _)| column == key);
        let key = key.iter().filter_map(place).collect();
        Ok(Self { name, columns, key })
    }

    async fn copy(&self, source: &mut SqliteConnection, target: &mut PgConnection) -> Done<()> {
        let mut after = self.last(target).await?;
        loop {
            let rows = self.rows_after(source, after.as_deref()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(self.key_of(last)?);
            let count = rows.len();
            self.insert(target, rows).await?;
            if count < BATCH {
                return Ok(());
            }
        }
    }

    /// The key up to which everything is there. Tables with another key than ids have some rows only,
    /// and perhaps some from their beginning: they are taken over anew.
    async fn last(&self, target: &mut PgConnection) -> Done<Option<Vec<Value>>> {
        if self.columns[self.key[0]].1 != Kind::Uuid {
            return Ok(None);
        }
        let select =
            format!("SELECT {} FROM {} ORDER BY {} LIMIT 1", self.list(), self.name, self.order(" DESC"));
        let row = sqlx::query(AssertSqlSafe(select)).fetch_optional(target).await?;
        row.map(|row| self.key_of(&row)).transpose()
    }

    async fn rows_after(
        &self,
        source: &mut SqliteConnection,
        after: Option<&[Value]>,
    ) -> Done<Vec<SqliteRow>> {
        let mut query =
            QueryBuilder::<sqlx::Sqlite>::new(format!("SELECT {} FROM {}", self.list(), self.name));
        if let Some(after) = after {
            query.push(format!(" WHERE ({}) > (", self.order("")));
            let mut list = query.separated(", ");
            for value in after {
                match value {
                    Value::Uuid(value) => list.push_bind(*value),
                    Value::Number(value) => list.push_bind(*value),
                    Value::Text(value) => list.push_bind(value.clone()),
                    Value::Bytes(value) => list.push_bind(value.clone()),
                };
            }
            query.push(")");
        }
        query.push(format!(" ORDER BY {} LIMIT {BATCH}", self.order("")));
        Ok(query.build().fetch_all(source).await?)
    }

    async fn insert(&self, target: &mut PgConnection, rows: Vec<SqliteRow>) -> Done<()> {
        let mut statement = format!("INSERT INTO {} ({}) SELECT * FROM UNNEST(", self.name, self.list());
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            let kind = match kind {
                Kind::Uuid => "uuid",
                Kind::Number => "bigint",
                Kind::Text => "text",
                Kind::Bytes => "bytea",
            };
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(statement, "{comma}${}::{kind}[]", place + 1);
        }
        let rest: Vec<String> = (0..self.columns.len())
            .filter(|place| !self.key.contains(place))
            .map(|place| format!("{0} = excluded.{0}", self.columns[place].0))
            .collect();
        let _ = match self.columns[self.key[0]].1 {
            // They come after what is there.
            Kind::Uuid => write!(statement, ")"),
            _ => write!(statement, ") ON CONFLICT ({}) DO UPDATE SET {}", self.order(""), rest.join(", ")),
        };
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            query = match kind {
                Kind::Uuid => query.bind(column::<Uuid>(&rows, place)?),
                Kind::Number => query.bind(column::<i64>(&rows, place)?),
                Kind::Text => query.bind(column::<String>(&rows, place)?),
                Kind::Bytes => query.bind(column::<Vec<u8>>(&rows, place)?),
            };
        }
        query.execute(target).await?;
        Ok(())
    }

    /// The same rows with the same values on both sides, or an error.
    async fn compare(&self, source: &mut SqliteConnection, target: &mut PgConnection) -> Done<Copied> {
        let select = format!("SELECT {} FROM {} ORDER BY {}", self.list(), self.name, self.order(""));
        let there = self.digest(sqlx::query(AssertSqlSafe(select)).fetch(source)).await?;
        let select = format!("SELECT {} FROM {} ORDER BY {}", self.list(), self.name, self.collated());
        let here = self.digest(sqlx::query(AssertSqlSafe(select)).fetch(target)).await?;
        if there != here {
            return Err(Failed::Refused(format!(
                "{} differs: {} rows in the source, {} in the target; empty the target and copy again",
                self.name, there.0, here.0
            )));
        }
        Ok(Copied { table: self.name.clone(), rows: here.0 })
    }

    async fn digest<R: Cells>(
        &self,
        mut rows: impl futures::Stream<Item = sqlx::Result<R>> + Unpin,
    ) -> Done<(u64, [u8; 32])> {
        let (mut count, mut hash) = (0, Sha256::new());
        while let Some(row) = rows.try_next().await? {
            count += 1;
            for (place, (_, kind)) in self.columns.iter().enumerate() {
                let bytes = row.cell(place, *kind)?.map(Value::into_bytes);
                // The length keeps one value apart from the next, and nothing apart from emptiness.
                let length = bytes.as_ref().map_or(-1, |bytes| bytes.len() as i64);
                hash.update(length.to_be_bytes());
                hash.update(bytes.unwrap_or_default());
            }
        }
        Ok((count, hash.finalize().into()))
    }

    fn key_of(&self, row: &impl Cells) -> Done<Vec<Value>> {
        let value = |&place: &usize| {
            let (column, kind) = &self.columns[place];
            let lacks = || Failed::Refused(format!("{} has a row without {column}", self.name));
            row.cell(place, *kind)?.ok_or_else(lacks)
        };
        self.key.iter().map(value).collect()
    }

    fn list(&self) -> String {
        self.columns.iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn order(&self, direction: &str) -> String {
        let key: Vec<_> =
            self.key.iter().map(|&place| format!("{}{direction}", self.columns[place].0)).collect();
        key.join(", ")
    }

    /// In PostgreSQL's order of bytes, which is SQLite's.
    fn collated(&self) -> String {
        let collation = |kind| if kind == Kind::Text { " COLLATE \"C\"" } else { "" };
        let key = self.key.iter().map(|&place| &self.columns[place]);
        key.map(|(column, kind)| format!("{column}{}", collation(*kind))).collect::<Vec<_>>().join(", ")
    }
}

fn column<T>(rows: &[SqliteRow], place: usize) -> sqlx::Result<Vec<Option<T>>>
where
    T: for<'r> Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
{
    rows.iter().map(|row| row.try_get(place)).collect()
}

/// A row of either database.
trait Cells {
    fn cell(&self, place: usize, kind: Kind) -> sqlx::Result<Option<Value>>;
}

impl<R> Cells for R
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'r> Uuid: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn cell(&self, place: usize, kind: Kind) -> sqlx::Result<Option<Value>> {
        Ok(match kind {
            Kind::Uuid => self.try_get::<Option<_>, _>(place)?.map(Value::Uuid),
            Kind::Number => self.try_get::<Option<_>, _>(place)?.map(Value::Number),
            Kind::Text => self.try_get::<Option<_>, _>(place)?.map(Value::Text),
            Kind::Bytes => self.try_get::<Option<_>, _>(place)?.map(Value::Bytes),
        })
    }
}

/// What is in one column of one row.
enum Value {
    Uuid(Uuid),
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Uuid(id) => id.as_bytes().to_vec(),
            Self::Number(number) => number.to_be_bytes().to_vec(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}
