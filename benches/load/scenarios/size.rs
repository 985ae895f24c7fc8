//! As many messages as go, with 100,000 messages in the database and with ten million: what a send costs
//! must not grow with what is there. On SQLite; takes minutes to fill, and 4 GB.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::live::{Receipts, most_with};
use crate::{Result, marketplace::Marketplace, report::Report, server::Server};

const MESSAGES: i64 = 10_000_000;
const AT_ONCE: i64 = 100_000;

/// Old messages in the conversations that are there, in the order in which their ids were made.
const FILL: &str = "WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < $1 + $2), \
     talks AS (SELECT ROW_NUMBER() OVER (ORDER BY id) - 1 AS place, COUNT(*) OVER () AS count, id, last_seq, \
               (SELECT MIN(user_id) FROM participants WHERE conversation_id = id) AS sender FROM conversations) \
     INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
     SELECT unhex(printf('%012x70008000%012x', 1700000000000 + n, n)), id, last_seq + 1 + n / count, last_seq + 1 + n / count, \
     sender, 'text', 'Yes, it is. The ferry is twelve minutes away on foot, and dogs are welcome.', zeroblob(32), \
     1700000000000000 + n FROM n JOIN talks ON place = n % (SELECT COUNT(*) FROM conversations)";
const COUNT: &str = "UPDATE conversations SET last_seq = last_seq + added, version = version + added, visible = visible + added \
     FROM (SELECT conversation_id AS of, COUNT(*) AS added FROM messages WHERE created_at BETWEEN $1 AND $2 GROUP BY 1) \
     WHERE id = of";

pub async fn size(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let mut reports =
        most_with(server, marketplace, lasts, Receipts::Delivered, ", 100 thousand messages before").await?;
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(Duration::from_secs(60));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    for first in (0..MESSAGES).step_by(AT_ONCE as usize) {
        let mut transaction = connection.begin().await?;
        sqlx::query(FILL).bind(first).bind(AT_ONCE).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    sqlx::query(COUNT)
        .bind(1_700_000_000_000_000_i64)
        .bind(1_700_000_000_000_000 + MESSAGES)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    reports.extend(
        most_with(server, marketplace, lasts, Receipts::Delivered, ", 10 million messages before").await?,
    );
    Ok(reports)
}
