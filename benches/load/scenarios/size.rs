//! Scenario `size`: the throughput of `most` with 100,000 messages in the database and with ten million. The
//! cost of a send must not grow with the database. SQLite only; filling takes minutes and 4 GB.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::live::{MOST_WINDOW, Receipts, most_with};
use crate::{Result, marketplace::Marketplace, report::Report, server::Server};

const MESSAGES: i64 = 10_000_000;
const BATCH_SIZE: i64 = 100_000;

/// Inserts old messages into the existing conversations, with ids in ascending order.
const FILL: &str = "WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < $1 + $2), \
     talks AS (SELECT ROW_NUMBER() OVER (ORDER BY id) - 1 AS place, COUNT(*) OVER () AS count, id, last_seq, \
               (SELECT MIN(user_id) FROM participants WHERE conversation_id = id) AS sender FROM conversations) \
     INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
     SELECT unhex(printf('%012x70008000%012x', 1700000000000 + n, n)), id, last_seq + 1 + n / count, last_seq + 1 + n / count, \
     sender, 'text', 'Yes, it is. The ferry is twelve minutes away on foot, and dogs are welcome.', zeroblob(32), \
     1700000000000000 + n FROM n JOIN talks ON place = n % (SELECT COUNT(*) FROM conversations)";
/// Updates the counters of the conversations.
const COUNT: &str = "UPDATE conversations SET last_seq = last_seq + added, version = version + added, visible = visible + added \
     FROM (SELECT conversation_id AS of, COUNT(*) AS added FROM messages WHERE created_at BETWEEN $1 AND $2 GROUP BY 1) \
     WHERE id = of";

pub async fn size(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let mut reports = most_with(
        server,
        marketplace,
        lasts,
        Receipts::Delivered,
        MOST_WINDOW,
        ", 100 thousand messages before",
    )
    .await?;
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(Duration::from_secs(60));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    for first in (0..MESSAGES).step_by(BATCH_SIZE as usize) {
        let mut transaction = connection.begin().await?;
        sqlx::query(FILL).bind(first).bind(BATCH_SIZE).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    sqlx::query(COUNT)
        .bind(1_700_000_000_000_000_i64)
        .bind(1_700_000_000_000_000 + MESSAGES)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    reports.extend(
        most_with(
            server,
            marketplace,
            lasts,
            Receipts::Delivered,
            MOST_WINDOW,
            ", 10 million messages before",
        )
        .await?,
    );
    Ok(reports)
}
