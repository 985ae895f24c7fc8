//! Parts of files that are on their way.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{ids::FileId, values::time::Timestamp},
};

/// Adds a part that is in the file store, if the file has come up to its position. Returns whether it has. The last part
/// completes the file.
pub async fn add(
    conn: &mut Conn<'_>,
    file: FileId,
    (position, size): (i64, i64),
    object: Uuid,
    now: Timestamp,
) -> Result<bool> {
    let added = on!(conn, c => sqlx::query(
        "UPDATE files SET received = received + $3, changed_at = $4, \
         state = CASE WHEN received + $3 = size THEN 'checking' ELSE state END \
         WHERE id = $1 AND received = $2 AND received + $3 <= size AND state = 'receiving'")
        .bind(file.0).bind(position).bind(size).bind(now.0).execute(&mut **c).await?.rows_affected());
    if added != 1 {
        return Ok(false);
    }
    on!(conn, c => sqlx::query("INSERT INTO file_parts (file_id, position, size, object) VALUES ($1, $2, $3, $4)")
        .bind(file.0).bind(position).bind(size).bind(object).execute(&mut **c).await?.rows_affected());
    Ok(true)
}

/// The parts of a file, in their order.
pub async fn all(conn: &mut Conn<'_>, file: FileId) -> Result<Vec<Uuid>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT object FROM file_parts WHERE file_id = $1 ORDER BY position")
        .bind(file.0).fetch_all(&mut **c).await?),
    )
}

pub(super) async fn delete(conn: &mut Conn<'_>, file: FileId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM file_parts WHERE file_id = $1")
        .bind(file.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
