//! The epoch: names one history of the database, so that cursors of a restored one are noticed.

use uuid::Uuid;

use super::{Conn, Result, on};

pub async fn get_or_create(conn: &mut Conn<'_>) -> Result<String> {
    on!(conn, c => sqlx::query("INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING")
        .bind(Uuid::new_v4().simple().to_string()).execute(&mut **c).await?);
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = 'epoch'").fetch_one(&mut **c).await?),
    )
}
