//! The work on deliveries: an endpoint is claimed with a lease by one worker of one node at a time, which takes events in, attempts
//! what is due, and keeps what came of it. The deliveries of one lane are due one after the other, so one that fails holds back
//! those behind it and no other.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::deliveries::{DELIVERED, GIVEN_UP, WAITING};
use crate::{
    server::store::{
        Conn, Result, on,
        sync::{event_log, positions::push_ids},
    },
    shared::{ids::WebhookId, values::time::Timestamp},
};

/// Events that are taken in at once.
const TAKEN_IN_MAX: i64 = 200;
/// An endpoint that fails has at most so many waiting. The others stay in the log.
const WAITING_MAX: i64 = 10_000;

/// An endpoint that a worker has claimed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    pub url: String,
    pub types: String,
    pub with_text: i64,
    pub secret: String,
    pub former_secret: Option<String>,
    pub former_until: Option<i64>,
    pub taken: i64,
    pub failing_since: Option<i64>,
}

/// A delivery that is due.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub position: i64,
    pub lane: Uuid,
    pub attempts: i64,
    /// `None` before the first attempt.
    pub first_at: Option<i64>,
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Attempted {
    pub position: i64,
    pub lane: Uuid,
    pub at: Timestamp,
    /// Microseconds.
    pub took: i64,
    pub status: Option<i64>,
    pub answer: String,
    pub result: AttemptResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    Taken,
    /// It is tried again then, and so is everything behind it.
    Later(Timestamp),
    GivenUp,
}

/// Endpoints that have something to do and no worker.
pub async fn with_work(conn: &mut Conn<'_>, now: Timestamp) -> Result<Vec<WebhookId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT w.id FROM webhooks w WHERE w.disabled_at IS NULL AND w.leased_until < $1 \
         AND (w.taken < (SELECT position FROM event_log) \
              OR EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 0 AND d.due_at <= $1))")
        .bind(now.0).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(WebhookId).collect())
}

/// Claims an endpoint, or keeps it. `None` if another worker has it, or it is off.
pub async fn claim(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    lease: Uuid,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<Claimed>> {
    Ok(on!(conn, c => sqlx::query_as(
        "UPDATE webhooks SET lease = $2, leased_until = $3 WHERE id = $1 AND disabled_at IS NULL AND (lease = $2 OR leased_until < $4) \
         RETURNING url, types, with_text, secret, former_secret, former_until, taken, failing_since")
        .bind(webhook.0).bind(lease).bind(until.0).bind(now.0).fetch_optional(&mut **c).await?))
}

/// Gives an endpoint back.
pub async fn release(conn: &mut Conn<'_>, webhook: WebhookId, lease: Uuid) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE webhooks SET lease = NULL, leased_until = 0 WHERE id = $1 AND lease = $2")
        .bind(webhook.0).bind(lease).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Gives back whatever this worker has.
pub async fn release_all(conn: &mut Conn<'_>, lease: Uuid) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE webhooks SET lease = NULL, leased_until = 0 WHERE lease = $1")
        .bind(lease).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Keeps what came of attempts, in their order.
pub async fn record(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    attempted: &[Attempted],
    now: Timestamp,
) -> Result<()> {
    for one in attempted {
        let (state, due_at) = match one.result {
            AttemptResult::Taken => (DELIVERED, one.at),
            AttemptResult::Later(due_at) => (WAITING, due_at),
            AttemptResult::GivenUp => (GIVEN_UP, one.at),
        };
        on!(conn, c => sqlx::query(
            "UPDATE webhook_deliveries SET state = $3, due_at = $4, attempts = attempts + 1, first_at = COALESCE(first_at, $5), \
             last_at = $5, took = $6, status = $7, answer = $8 WHERE webhook_id = $1 AND position = $2 AND state = 0")
            .bind(webhook.0).bind(one.position).bind(state).bind(due_at.0).bind(one.at.0).bind(one.took)
            .bind(one.status).bind(&one.answer).execute(&mut **c).await?.rows_affected());
        match one.result {
            AttemptResult::Later(due_at) => hold_back(conn, webhook, one.lane, due_at).await?,
            AttemptResult::Taken | AttemptResult::GivenUp => let_go(conn, webhook, one.lane, now).await?,
        }
    }
    Ok(())
}

/// What is behind a delivery that failed is due no sooner.
async fn hold_back(conn: &mut Conn<'_>, webhook: WebhookId, lane: Uuid, due_at: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE webhook_deliveries SET due_at = $3 WHERE webhook_id = $1 AND lane = $2 AND state = 0 AND due_at < $3")
        .bind(webhook.0).bind(lane).bind(due_at.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

async fn let_go(conn: &mut Conn<'_>, webhook: WebhookId, lane: Uuid, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE webhook_deliveries SET due_at = $3 WHERE webhook_id = $1 AND lane = $2 AND state = 0 AND due_at > $3")
        .bind(webhook.0).bind(lane).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Keeps since when an endpoint has taken nothing. `is_back`: all that waits is due now.
pub async fn set_failing(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    since: Option<Timestamp>,
    is_back: bool,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE webhooks SET failing_since = $2 WHERE id = $1")
        .bind(webhook.0).bind(since.map(|since| since.0)).execute(&mut **c).await?.rows_affected());
    if is_back {
        on!(conn, c => sqlx::query(
            "UPDATE webhook_deliveries SET due_at = $2 WHERE webhook_id = $1 AND state = 0 AND due_at > $2")
            .bind(webhook.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    }
    Ok(())
}

/// Makes deliveries of the next events that the endpoint has chosen. Returns whether there is more.
pub async fn take_in(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    claimed: &Claimed,
    now: Timestamp,
) -> Result<bool> {
    let last = event_log::state(conn).await?.position;
    if claimed.taken >= last {
        return Ok(false);
    }
    if claimed.failing_since.is_some() {
        let waiting: i64 = on!(conn, c => sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE webhook_id = $1 AND state = 0 LIMIT $2) waiting")
            .bind(webhook.0).bind(WAITING_MAX).fetch_one(&mut **c).await?);
        if waiting >= WAITING_MAX {
            return Ok(false);
        }
    }
    let upto = last.min(claimed.taken + TAKEN_IN_MAX);
    on!(conn, c => sqlx::query(
        "INSERT INTO webhook_deliveries (webhook_id, position, type, lane, state, due_at) \
         SELECT $1, e.position, e.type, e.lane, 0, COALESCE((SELECT MAX(d.due_at) FROM webhook_deliveries d \
           WHERE d.webhook_id = $1 AND d.lane = e.lane AND d.state = 0), $4) \
         FROM events e WHERE e.position > $2 AND e.position <= $3 \
         AND ($5 LIKE '% ' || e.type || ' %' OR (e.type = 'webhook.test' AND e.lane = $1)) \
         ON CONFLICT (webhook_id, position) DO NOTHING")
        .bind(webhook.0).bind(claimed.taken).bind(upto).bind(now.0).bind(format!(" {} ", claimed.types))
        .execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("UPDATE webhooks SET taken = $2 WHERE id = $1")
        .bind(webhook.0).bind(upto).execute(&mut **c).await?.rows_affected());
    Ok(upto < last)
}

/// Deliveries that are due, at most `max`, in the order of their lanes, but for lanes that are under way.
pub async fn due(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    under_way: &[Uuid],
    max: i64,
    now: Timestamp,
) -> Result<Vec<Due>> {
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT position, lane, attempts, first_at FROM webhook_deliveries WHERE webhook_id = ");
        query.push_bind(webhook.0).push(" AND state = 0 AND due_at <= ").push_bind(now.0);
        if !under_way.is_empty() {
            query.push(" AND lane NOT IN (");
            push_ids(query.separated(", "), under_way);
            query.push(")");
        }
        query.push(" ORDER BY due_at, position LIMIT ").push_bind(max);
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    }))
}
