//! Background tasks: what is to be done outside of a request, at least once, by any node. A task is inserted in the
//! transaction that causes it, claimed with a lease, and deleted once it is done. Each claim raises `attempts`, so a
//! worker whose lease has ended changes nothing more.

use uuid::Uuid;

use super::{Conn, Database, Result, on};
use crate::shared::values::time::Timestamp;

/// The longest reason that is kept of a failure, in characters.
const ERROR_MAX_CHARS: usize = 500;

/// A kind of task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    Mail,
    /// What ends by itself at a time.
    Timer,
    Push,
    /// What belonged to an account that is closed.
    Erasure,
}

impl Queue {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Timer => "timer",
            Self::Push => "push",
            Self::Erasure => "erasure",
        }
    }
}

/// A task that a worker holds until its lease ends.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    pub id: Uuid,
    pub key: String,
    /// JSON, by the queue's own type.
    pub body: String,
    /// With this one.
    pub attempts: i64,
}

/// A task that was given up.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Failed {
    pub id: Uuid,
    pub queue: String,
    pub key: String,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub failed_at: i64,
}

/// Inserts a task that is due at `due_at`. False if the queue has one of this key: that one stays as it is.
pub async fn insert(
    conn: &mut Conn<'_>,
    queue: Queue,
    key: &str,
    body: &str,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO tasks (id, queue, key, body, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (queue, key) DO NOTHING")
        .bind(Uuid::now_v7()).bind(queue.as_str()).bind(key).bind(body).bind(due_at.0).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    conn.updates.tasks += inserted;
    Ok(inserted > 0)
}

/// Inserts a task, or puts another in the place of that of this key. A worker that has the former changes nothing more.
pub async fn put(
    conn: &mut Conn<'_>,
    queue: Queue,
    key: &str,
    body: &str,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let changed = on!(conn, c => sqlx::query(
        "INSERT INTO tasks (id, queue, key, body, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (queue, key) DO UPDATE SET id = excluded.id, body = excluded.body, due_at = excluded.due_at, \
         failed_at = NULL, attempts = 0")
        .bind(Uuid::now_v7()).bind(queue.as_str()).bind(key).bind(body).bind(due_at.0).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    conn.updates.tasks += changed;
    Ok(())
}

/// The body of the task of this key, locked until the end of the command. `None` if there is none.
pub async fn body(conn: &mut Conn<'_>, queue: Queue, key: &str) -> Result<Option<String>> {
    let statement = match &conn.database {
        Database::Sqlite(_) => "SELECT body FROM tasks WHERE queue = $1 AND key = $2",
        Database::Postgres(_) => "SELECT body FROM tasks WHERE queue = $1 AND key = $2 FOR UPDATE",
    };
    Ok(
        on!(conn, c => sqlx::query_scalar(statement).bind(queue.as_str()).bind(key).fetch_optional(&mut **c).await?),
    )
}

/// Claims at most `max` tasks that are due, those that have waited longest first. They are this worker's until
/// `leased_until`.
pub async fn claim(
    conn: &mut Conn<'_>,
    queue: Queue,
    max: i64,
    leased_until: Timestamp,
    now: Timestamp,
) -> Result<Vec<Claimed>> {
    let statement = match &conn.database {
        Database::Sqlite(_) => concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM tasks WHERE queue = $1 AND failed_at IS NULL AND due_at <= $2 \
             ORDER BY due_at LIMIT $3) ",
            "UPDATE tasks SET due_at = $4, attempts = attempts + 1 WHERE id IN (SELECT id FROM due) \
             RETURNING id, key, body, attempts"
        ),
        Database::Postgres(_) => concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM tasks WHERE queue = $1 AND failed_at IS NULL AND due_at <= $2 \
             ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) ",
            "UPDATE tasks SET due_at = $4, attempts = attempts + 1 WHERE id IN (SELECT id FROM due) \
             RETURNING id, key, body, attempts"
        ),
    };
    Ok(on!(conn, c => sqlx::query_as(statement)
        .bind(queue.as_str()).bind(now.0).bind(max).bind(leased_until.0).fetch_all(&mut **c).await?))
}

/// When the next task of a queue is due, or the lease of one ends. `None`: it has none.
pub async fn next_due(conn: &mut Conn<'_>, queue: Queue) -> Result<Option<Timestamp>> {
    let due: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT due_at FROM tasks WHERE queue = $1 AND failed_at IS NULL ORDER BY due_at LIMIT 1")
        .bind(queue.as_str()).fetch_optional(&mut **c).await?);
    Ok(due.map(Timestamp))
}

/// The claimed task, locked until the end of the command. `None` if the lease has ended and somebody else has it, or
/// has done it.
pub async fn lock(conn: &mut Conn<'_>, task: &Claimed) -> Result<Option<String>> {
    let statement = match &conn.database {
        Database::Sqlite(_) => "SELECT body FROM tasks WHERE id = $1 AND attempts = $2",
        Database::Postgres(_) => "SELECT body FROM tasks WHERE id = $1 AND attempts = $2 FOR UPDATE",
    };
    Ok(
        on!(conn, c => sqlx::query_scalar(statement).bind(task.id).bind(task.attempts).fetch_optional(&mut **c).await?),
    )
}

/// Keeps what the worker has decided before it acts, so that another attempt does the same.
pub async fn set_body(conn: &mut Conn<'_>, task: &Claimed, body: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE tasks SET body = $3 WHERE id = $1 AND attempts = $2")
        .bind(task.id).bind(task.attempts).bind(body).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes a task that is done. False if the lease had ended and somebody else has it.
pub async fn finish(conn: &mut Conn<'_>, task: &Claimed) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query("DELETE FROM tasks WHERE id = $1 AND attempts = $2")
        .bind(task.id).bind(task.attempts).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Puts another task in the place of one that is done, due at `due_at`. It has an id of its own, so a worker whose lease
/// has ended knows nothing of it.
pub async fn replace(
    conn: &mut Conn<'_>,
    queue: Queue,
    task: &Claimed,
    body: &str,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    if finish(conn, task).await? {
        insert(conn, queue, &task.key, body, due_at, now).await?;
    }
    Ok(())
}

/// Has the task tried again at `due_at`.
pub async fn postpone(conn: &mut Conn<'_>, task: &Claimed, due_at: Timestamp, error: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE tasks SET due_at = $3, last_error = $4 WHERE id = $1 AND attempts = $2")
        .bind(task.id).bind(task.attempts).bind(due_at.0).bind(shortened(error))
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Has the task done at `due_at`, as if it had not been claimed: it counts as no attempt. It has another id from then on, so
/// a worker whose lease has ended knows nothing of it.
pub async fn hold(conn: &mut Conn<'_>, task: &Claimed, due_at: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE tasks SET id = $4, due_at = $3, attempts = 0 WHERE id = $1 AND attempts = $2")
        .bind(task.id).bind(task.attempts).bind(due_at.0).bind(Uuid::now_v7()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Gives the task up: it stays with its reason, for admins, until one has it tried again or it is old.
pub async fn give_up(conn: &mut Conn<'_>, task: &Claimed, error: &str, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE tasks SET failed_at = $3, last_error = $4 WHERE id = $1 AND attempts = $2")
        .bind(task.id).bind(task.attempts).bind(now.0).bind(shortened(error))
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The tasks that were given up, the latest first, at most `max`.
pub async fn failed(conn: &mut Conn<'_>, max: i64) -> Result<Vec<Failed>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, queue, key, attempts, last_error, failed_at FROM tasks WHERE failed_at IS NOT NULL \
         ORDER BY failed_at DESC LIMIT $1").bind(max).fetch_all(&mut **c).await?))
}

/// Has a task that was given up tried once more. False if there is none of this id.
pub async fn retry(conn: &mut Conn<'_>, id: Uuid, now: Timestamp) -> Result<bool> {
    let retried = on!(conn, c => sqlx::query(
        "UPDATE tasks SET failed_at = NULL, due_at = $2 WHERE id = $1 AND failed_at IS NOT NULL")
        .bind(id).bind(now.0).execute(&mut **c).await?.rows_affected());
    conn.updates.tasks += retried;
    Ok(retried == 1)
}

/// Deletes the tasks that were given up before `before`, at most `max`.
pub async fn delete_failed(conn: &mut Conn<'_>, before: Timestamp, max: i64) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE failed_at IS NOT NULL AND failed_at < $1 LIMIT $2)")
        .bind(before.0).bind(max).execute(&mut **c).await?.rows_affected()))
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_MAX_CHARS).collect()
}
