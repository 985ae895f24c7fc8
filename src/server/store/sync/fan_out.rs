//! Fan-out of a change of a user or a listing to the conversations that show it, in small batches: the change
//! itself is a short transaction, however many conversations there are. A job is a row, so any node can
//! continue after one that dies in the middle.

use uuid::Uuid;

use super::positions::{self, STAMPED_MAX};
use crate::{
    server::store::{Conn, Database, Result, on},
    shared::{
        ids::{ListingId, UserId},
        positions::SyncSeq,
        values::time::Timestamp,
    },
};

/// Participants touched in one transaction, unless a single room has more.
const PARTICIPANTS_PER_BATCH: i64 = 600;

const USER: &str = "user";
const LISTING: &str = "listing";

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
            Self::User(_) => USER,
            Self::Listing(_) => LISTING,
        }
    }
}

/// Adds the job in the transaction that changes the source. If one is running already, it goes round once more
/// when it is through: starting over would let somebody who changes a name again and again keep the rest from
/// ever being touched.
pub async fn enqueue(conn: &mut Conn<'_>, source: Source, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO fan_outs (source_id, kind, due_at) VALUES ($1, $2, $3) \
         ON CONFLICT (source_id) DO UPDATE SET is_repeated = 1")
        .bind(source.id()).bind(source.kind()).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether a job is left.
pub async fn is_pending(conn: &mut Conn<'_>) -> Result<bool> {
    let found: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT due_at FROM fan_outs ORDER BY due_at LIMIT 1")
        .fetch_optional(&mut **c).await?);
    Ok(found.is_some())
}

#[derive(sqlx::FromRow)]
struct Job {
    source_id: Uuid,
    kind: String,
    covered: SyncSeq,
    top: Option<SyncSeq>,
    after_at: Option<SyncSeq>,
    after_id: Option<Uuid>,
    batches: i64,
    is_repeated: i64,
}

#[derive(Clone, Copy, sqlx::FromRow)]
struct Shown {
    conversation_id: Uuid,
    /// The position in this round; 0 for those of a listing, which are ordered by id alone.
    listed: SyncSeq,
    people: i64,
}

/// What [`advance`] has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is no job, or other nodes are at all of them.
    Idle,
    /// A batch of a job that has had so many.
    Batch(i64),
}

/// Touches the next conversations of one job, the latest first, and takes turns between jobs.
pub async fn advance(conn: &mut Conn<'_>, now: Timestamp) -> Result<Progress> {
    let Some(job) = next_job(conn).await? else { return Ok(Progress::Idle) };
    let (top, shown) = if job.kind == LISTING {
        (SyncSeq::MAX, of_listing(conn, &job).await?)
    } else {
        let top = match job.top {
            Some(top) => top,
            None => positions::get(conn, UserId(job.source_id)).await?,
        };
        (top, of_user(conn, &job, top).await?)
    };
    let mut batch = batch_of(&shown).to_vec();
    if batch.len() < shown.len() || shown.len() == STAMPED_MAX {
        touch(conn, &batch).await?;
        set_place(conn, &job, Some(top), batch.last().copied(), now).await?;
        return Ok(Progress::Batch(job.batches + 1));
    }
    // The round is through. What has moved above its top is the next one, unless it fits in here: then nothing that
    // moves from now on was left out.
    let next_round = Job { covered: top, top: None, after_at: None, after_id: None, ..job };
    let moved = if next_round.kind == LISTING {
        Vec::new()
    } else {
        of_user(conn, &next_round, SyncSeq::MAX).await?
    };
    let is_all = moved.len() < STAMPED_MAX && batch_of(&moved).len() == moved.len();
    batch.extend(moved.into_iter().filter(|_| is_all));
    touch(conn, &batch).await?;
    if !is_all {
        set_place(conn, &next_round, None, None, now).await?;
    } else if next_round.is_repeated == 1 {
        set_place(conn, &Job { covered: -1, is_repeated: 0, ..next_round }, None, None, now).await?;
    } else {
        on!(conn, c => sqlx::query("DELETE FROM fan_outs WHERE source_id = $1")
            .bind(next_round.source_id).execute(&mut **c).await?.rows_affected());
    }
    Ok(Progress::Batch(next_round.batches + 1))
}

async fn touch(conn: &mut Conn<'_>, batch: &[Shown]) -> Result<()> {
    let mut ids: Vec<Uuid> = batch.iter().map(|one| one.conversation_id).collect();
    ids.sort();
    ids.dedup();
    positions::touch(conn, &ids).await
}

/// As many as one transaction takes.
fn batch_of(shown: &[Shown]) -> &[Shown] {
    let mut people = 0;
    let is_within = |one: &&Shown| {
        people += one.people;
        people <= PARTICIPANTS_PER_BATCH
    };
    let count = shown.iter().take_while(is_within).count();
    &shown[..count.max(1).min(shown.len())]
}

/// The job whose turn it is. It stays locked, so that nothing is lost if its source changes meanwhile: that
/// change waits, and then finds the job to be repeated or gone.
async fn next_job(conn: &mut Conn<'_>) -> Result<Option<Job>> {
    Ok(match &mut conn.database {
        Database::Sqlite(c) => {
            sqlx::query_as("SELECT * FROM fan_outs ORDER BY due_at LIMIT 1").fetch_optional(&mut **c).await?
        }
        Database::Postgres(c) => {
            sqlx::query_as("SELECT * FROM fan_outs ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED")
                .fetch_optional(&mut **c)
                .await?
        }
    })
}

/// Keeps how far the job has come: in a round with this top after `last`, or before the next round.
async fn set_place(
    conn: &mut Conn<'_>,
    job: &Job,
    top: Option<SyncSeq>,
    last: Option<Shown>,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE fan_outs SET covered = $2, top = $3, after_at = $4, after_id = $5, batches = batches + 1, is_repeated = $6, \
         due_at = $7 WHERE source_id = $1")
        .bind(job.source_id).bind(job.covered).bind(top).bind(last.map(|last| last.listed))
        .bind(last.map(|last| last.conversation_id)).bind(job.is_repeated).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The next conversations of a user by their last message, at most [`STAMPED_MAX`]. One that gets a message
/// meanwhile moves above the top of this round; the next round begins there.
async fn of_user(conn: &mut Conn<'_>, job: &Job, top: SyncSeq) -> Result<Vec<Shown>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.conversation_id, p.listed, COALESCE(r.people, 2) AS people FROM participants p \
         LEFT JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.user_id = $1 AND p.left_at IS NULL AND p.listed > $2 AND p.listed <= $3 \
         AND (p.listed < $3 OR p.conversation_id < $4) ORDER BY p.listed DESC, p.conversation_id DESC LIMIT $5")
        .bind(job.source_id).bind(job.covered).bind(job.after_at.unwrap_or(top)).bind(job.after_id.unwrap_or(Uuid::max()))
        .bind(STAMPED_MAX as i64).fetch_all(&mut **c).await?))
}

/// The next conversations about a listing, the newest first, at most [`STAMPED_MAX`].
async fn of_listing(conn: &mut Conn<'_>, job: &Job) -> Result<Vec<Shown>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id AS conversation_id, CAST(0 AS BIGINT) AS listed, CAST(2 AS BIGINT) AS people FROM conversations \
         WHERE listing_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3")
        .bind(job.source_id).bind(job.after_id.unwrap_or(Uuid::max())).bind(STAMPED_MAX as i64)
        .fetch_all(&mut **c).await?))
}
