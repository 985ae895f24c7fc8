//! Fan-out of a change of a user or a listing to the conversations that show it, in small batches: the change
//! itself is a short transaction, however many conversations there are. A job is a row, so any node can
//! continue after one that dies in the middle.

use uuid::Uuid;

use super::positions::{self, STAMPED_MAX};
use crate::{
    server::store::{Conn, Database, Result, on},
    shared::{
        ids::{ListingId, UserId},
        values::time::Timestamp,
    },
};

/// Participants touched in one transaction, unless a single room has more.
const PARTICIPANTS_PER_BATCH: i64 = 600;

/// What has changed, and is shown by summaries of conversations.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    User(UserId),
    Listing(ListingId),
}

impl Source {
    fn id(self) -> Uuid {
        match self {
            Self::User(id) => id.0,
            Self::Listing(id) => id.0,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Listing(_) => "listing",
        }
    }
}

/// Adds the job in the transaction that changes the source. If one is running already, it goes round once
/// more: starting over would let somebody who changes a name again and again keep the rest from ever being
/// touched.
pub async fn enqueue(conn: &mut Conn<'_>, source: Source, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO fan_outs (source_id, kind, due_at) VALUES ($1, $2, $3) \
         ON CONFLICT (source_id) DO UPDATE SET is_repeated = 1")
        .bind(source.id()).bind(source.kind()).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether a job is left.
pub async fn is_pending(conn: &mut Conn<'_>) -> Result<bool> {
    let found: Option<i64> =
        on!(conn, c => sqlx::query_scalar("SELECT due_at FROM fan_outs ORDER BY due_at LIMIT 1")
        .fetch_optional(&mut **c).await?);
    Ok(found.is_some())
}

#[derive(sqlx::FromRow)]
struct Job {
    source_id: Uuid,
    kind: String,
    after_listed: i64,
    after_id: Option<Uuid>,
    is_repeated: i64,
}

#[derive(sqlx::FromRow)]
struct Shown {
    conversation_id: Uuid,
    /// The position in this round; 0 for those of a listing, which are ordered by id alone.
    listed: i64,
    people: i64,
}

/// Touches the next conversations of one job, and takes turns between jobs. False if there is none, or other
/// nodes are at all of them.
pub async fn advance(conn: &mut Conn<'_>, now: Timestamp) -> Result<bool> {
    let Some(job) = next_job(conn).await? else { return Ok(false) };
    let shown = next_conversations(conn, &job).await?;
    let mut people = 0;
    let mut batch = 0;
    for one in &shown {
        people += one.people;
        if batch > 0 && people > PARTICIPANTS_PER_BATCH {
            break;
        }
        batch += 1;
    }
    let is_round_done = batch == shown.len() && shown.len() < STAMPED_MAX;
    let batch = &shown[..batch];
    let ids: Vec<Uuid> = batch.iter().map(|one| one.conversation_id).collect();
    positions::touch(conn, &ids).await?;
    if is_round_done && job.is_repeated == 0 {
        on!(conn, c => sqlx::query("DELETE FROM fan_outs WHERE source_id = $1")
            .bind(job.source_id).execute(&mut **c).await?.rows_affected());
        return Ok(true);
    }
    let last = batch.last().filter(|_| !is_round_done);
    on!(conn, c => sqlx::query(
        "UPDATE fan_outs SET after_listed = $2, after_id = $3, due_at = $4, \
         is_repeated = CASE WHEN $5 = 1 THEN 0 ELSE is_repeated END WHERE source_id = $1")
        .bind(job.source_id).bind(last.map_or(0, |last| last.listed)).bind(last.map(|last| last.conversation_id))
        .bind(now.0).bind(i64::from(is_round_done)).execute(&mut **c).await?.rows_affected());
    Ok(true)
}

/// The job whose turn it is. It stays locked, so that nothing is lost if its source changes meanwhile: that
/// change waits, and then finds the job to be repeated or gone.
async fn next_job(conn: &mut Conn<'_>) -> Result<Option<Job>> {
    Ok(match &mut conn.database {
        Database::Sqlite(c) => sqlx::query_as(
            "SELECT source_id, kind, after_listed, after_id, is_repeated FROM fan_outs ORDER BY due_at LIMIT 1",
        )
        .fetch_optional(&mut **c)
        .await?,
        Database::Postgres(c) => sqlx::query_as(
            "SELECT source_id, kind, after_listed, after_id, is_repeated FROM fan_outs ORDER BY due_at LIMIT 1 \
             FOR UPDATE SKIP LOCKED",
        )
        .fetch_optional(&mut **c)
        .await?,
    })
}

/// At most [`STAMPED_MAX`] conversations. A user's are ordered by their last message: one that gets a message
/// meanwhile moves behind the cursor of this round, never before it.
async fn next_conversations(conn: &mut Conn<'_>, job: &Job) -> Result<Vec<Shown>> {
    let after_id = job.after_id.unwrap_or(Uuid::nil());
    if job.kind == "listing" {
        return Ok(on!(conn, c => sqlx::query_as(
            "SELECT id AS conversation_id, CAST(0 AS BIGINT) AS listed, CAST(2 AS BIGINT) AS people FROM conversations \
             WHERE listing_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(job.source_id).bind(after_id).bind(STAMPED_MAX as i64).fetch_all(&mut **c).await?));
    }
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.conversation_id, p.listed, COALESCE(r.people, 2) AS people FROM participants p \
         LEFT JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.user_id = $1 AND p.left_at IS NULL AND p.listed >= $2 AND (p.listed > $2 OR p.conversation_id > $3) \
         ORDER BY p.listed, p.conversation_id LIMIT $4")
        .bind(job.source_id).bind(job.after_listed).bind(after_id).bind(STAMPED_MAX as i64)
        .fetch_all(&mut **c).await?))
}
