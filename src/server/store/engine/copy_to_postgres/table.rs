//! One table of a migration to PostgreSQL: copied in batches, and compared by a digest of its rows.

use std::fmt::Write;

use futures::{Stream, TryStreamExt};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, QueryBuilder, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    CopyError, CopyProgress, Report, Result,
    values::{ColumnKind, ReadCell, Value, column},
};

/// Rows of one transaction.
const BATCH_ROWS: usize = 1_000;

pub(super) struct Table {
    name: String,
    columns: Vec<(String, ColumnKind)>,
    /// Indexes of the primary key's columns, in the key's order.
    key: Vec<usize>,
}

impl Table {
    pub(super) async fn of(name: String, target: &mut PgConnection) -> Result<Self> {
        let found: Vec<(String, String)> = sqlx::query_as(
            "SELECT column_name::text, udt_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name",
        )
        .bind(&name)
        .fetch_all(&mut *target)
        .await?;
        let kind = |name: &str| match name {
            "uuid" => Ok(ColumnKind::Uuid),
            "int8" => Ok(ColumnKind::Number),
            "text" => Ok(ColumnKind::Text),
            "bytea" => Ok(ColumnKind::Bytes),
            other => Err(CopyError::Refused(format!("{name} has a column of the kind {other}"))),
        };
        let columns: Vec<(String, ColumnKind)> =
            found.into_iter().map(|(column, is)| Ok((column, kind(&is)?))).collect::<Result<_>>()?;
        let key: Vec<String> = sqlx::query_scalar(
            "SELECT a.attname::text FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) \
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
             WHERE i.indisprimary AND i.indrelid = $1::regclass ORDER BY k.place",
        )
        .bind(&name)
        .fetch_all(target)
        .await?;
        let index = |key: &String| columns.iter().position(|(column, _)| column == key);
        let key = key.iter().filter_map(index).collect();
        Ok(Self { name, columns, key })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Rows in the source.
    pub(super) async fn count(&self, source: &mut SqliteConnection) -> Result<u64> {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", self.name));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(source).await?;
        Ok(rows.unsigned_abs())
    }

    pub(super) async fn copy(
        &self,
        source: &mut SqliteConnection,
        target: &mut PgConnection,
        total: u64,
        report: Report<'_>,
    ) -> Result<()> {
        let mut after = self.last(target).await?;
        // An interrupted copy has left some.
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", self.name));
        let there: i64 = sqlx::query_scalar(count).fetch_one(&mut *target).await?;
        let mut copied = if after.is_some() { there.unsigned_abs() } else { 0 };
        loop {
            let rows = self.rows_after(source, after.as_deref()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(self.key_of(last)?);
            let count = rows.len();
            self.insert(target, rows).await?;
            copied += count as u64;
            report(CopyProgress::Copying { table: &self.name, rows: copied, total });
            if count < BATCH_ROWS {
                return Ok(());
            }
        }
    }

    /// The last key that is already copied. Tables whose key is no id are small, and may already hold rows of
    /// the migrations: `None` makes them be copied from the start.
    async fn last(&self, target: &mut PgConnection) -> Result<Option<Vec<Value>>> {
        if self.columns[self.key[0]].1 != ColumnKind::Uuid {
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
    ) -> Result<Vec<SqliteRow>> {
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
        query.push(format!(" ORDER BY {} LIMIT {BATCH_ROWS}", self.order("")));
        Ok(query.build().fetch_all(source).await?)
    }

    async fn insert(&self, target: &mut PgConnection, rows: Vec<SqliteRow>) -> Result<()> {
        let mut statement = format!("INSERT INTO {} ({}) SELECT * FROM UNNEST(", self.name, self.list());
        for (index, (_, kind)) in self.columns.iter().enumerate() {
            let kind = match kind {
                ColumnKind::Uuid => "uuid",
                ColumnKind::Number => "bigint",
                ColumnKind::Text => "text",
                ColumnKind::Bytes => "bytea",
            };
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(statement, "{comma}${}::{kind}[]", index + 1);
        }
        let rest: Vec<String> = (0..self.columns.len())
            .filter(|index| !self.key.contains(index))
            .map(|index| format!("{0} = excluded.{0}", self.columns[index].0))
            .collect();
        let _ = match self.columns[self.key[0]].1 {
            // New rows only: the copy resumes after the last key.
            ColumnKind::Uuid => write!(statement, ")"),
            _ => write!(statement, ") ON CONFLICT ({}) DO UPDATE SET {}", self.order(""), rest.join(", ")),
        };
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (index, (_, kind)) in self.columns.iter().enumerate() {
            query = match kind {
                ColumnKind::Uuid => query.bind(column::<Uuid>(&rows, index)?),
                ColumnKind::Number => query.bind(column::<i64>(&rows, index)?),
                ColumnKind::Text => query.bind(column::<String>(&rows, index)?),
                ColumnKind::Bytes => query.bind(column::<Vec<u8>>(&rows, index)?),
            };
        }
        query.execute(target).await?;
        Ok(())
    }

    /// Checks that both sides hold the same rows with the same values; an error if they differ. Answers how many.
    pub(super) async fn compare(
        &self,
        source: &mut SqliteConnection,
        target: &mut PgConnection,
        total: u64,
        report: Report<'_>,
    ) -> Result<u64> {
        let mut compared = 0;
        let mut tick = || {
            compared += 1;
            if compared % BATCH_ROWS as u64 == 0 {
                report(CopyProgress::Comparing { table: &self.name, rows: compared, total: 2 * total });
            }
        };
        let select = format!("SELECT {} FROM {} ORDER BY {}", self.list(), self.name, self.order(""));
        let there = self.digest(sqlx::query(AssertSqlSafe(select)).fetch(source), &mut tick).await?;
        let select = format!("SELECT {} FROM {} ORDER BY {}", self.list(), self.name, self.collated());
        let here = self.digest(sqlx::query(AssertSqlSafe(select)).fetch(target), &mut tick).await?;
        if there != here {
            return Err(CopyError::Refused(format!(
                "{} differs: {} rows in the source, {} in the target; empty the target and copy again",
                self.name, there.0, here.0
            )));
        }
        Ok(here.0)
    }

    async fn digest<R: ReadCell>(
        &self,
        mut rows: impl Stream<Item = sqlx::Result<R>> + Unpin,
        tick: &mut impl FnMut(),
    ) -> Result<(u64, [u8; 32])> {
        let (mut count, mut hash) = (0, Sha256::new());
        while let Some(row) = rows.try_next().await? {
            count += 1;
            tick();
            for (index, (_, kind)) in self.columns.iter().enumerate() {
                let bytes = row.cell(index, *kind)?.map(Value::into_bytes);
                // The length separates one value from the next, and NULL from an empty value.
                let length = bytes.as_ref().map_or(-1, |bytes| bytes.len() as i64);
                hash.update(length.to_be_bytes());
                hash.update(bytes.unwrap_or_default());
            }
        }
        Ok((count, hash.finalize().into()))
    }

    fn key_of(&self, row: &impl ReadCell) -> Result<Vec<Value>> {
        let value = |&index: &usize| {
            let (column, kind) = &self.columns[index];
            let lacks = || CopyError::Refused(format!("{} has a row without {column}", self.name));
            row.cell(index, *kind)?.ok_or_else(lacks)
        };
        self.key.iter().map(value).collect()
    }

    fn list(&self) -> String {
        self.columns.iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn order(&self, direction: &str) -> String {
        let key: Vec<_> =
            self.key.iter().map(|&index| format!("{}{direction}", self.columns[index].0)).collect();
        key.join(", ")
    }

    /// The key in byte order, as SQLite sorts it.
    fn collated(&self) -> String {
        let collation = |kind| if kind == ColumnKind::Text { " COLLATE \"C\"" } else { "" };
        let key = self.key.iter().map(|&index| &self.columns[index]);
        key.map(|(column, kind)| format!("{column}{}", collation(*kind))).collect::<Vec<_>>().join(", ")
    }
}
