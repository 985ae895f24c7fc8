//! Values of a migration to PostgreSQL: the column types that both databases share.

use sqlx::{ColumnIndex, Decode, Row, Type, sqlite::SqliteRow};
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum ColumnKind {
    Uuid,
    Number,
    Text,
    Bytes,
}

pub(super) fn column<T>(rows: &[SqliteRow], index: usize) -> sqlx::Result<Vec<Option<T>>>
where
    T: for<'r> Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
{
    rows.iter().map(|row| row.try_get(index)).collect()
}

/// Reads a cell from a row of either database.
pub(super) trait ReadCell {
    fn cell(&self, index: usize, kind: ColumnKind) -> sqlx::Result<Option<Value>>;
}

impl<R> ReadCell for R
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'r> Uuid: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn cell(&self, index: usize, kind: ColumnKind) -> sqlx::Result<Option<Value>> {
        Ok(match kind {
            ColumnKind::Uuid => self.try_get::<Option<_>, _>(index)?.map(Value::Uuid),
            ColumnKind::Number => self.try_get::<Option<_>, _>(index)?.map(Value::Number),
            ColumnKind::Text => self.try_get::<Option<_>, _>(index)?.map(Value::Text),
            ColumnKind::Bytes => self.try_get::<Option<_>, _>(index)?.map(Value::Bytes),
        })
    }
}

/// The value of one column in one row.
pub(super) enum Value {
    Uuid(Uuid),
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Uuid(id) => id.as_bytes().to_vec(),
            Self::Number(number) => number.to_be_bytes().to_vec(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}
