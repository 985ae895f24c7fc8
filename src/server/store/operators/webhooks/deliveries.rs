//! The list of deliveries, and the deletion of those that nobody looks at any more.

use sqlx::FromRow;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::WebhookId,
        operators::webhooks::{DELIVERIES_PAGE, DeliveryState},
    },
};

/// A delivery as it is stored.
#[derive(FromRow)]
pub struct DeliveryRow {
    pub position: i64,
    pub r#type: String,
    pub state: i64,
    pub attempts: i64,
    pub last_at: Option<i64>,
    pub due_at: i64,
    pub took: Option<i64>,
    pub status: Option<i64>,
    pub answer: Option<String>,
}

/// How a delivery stands, as it is stored.
pub(super) const WAITING: i64 = 0;
pub(super) const DELIVERED: i64 = 1;
pub(super) const GIVEN_UP: i64 = 2;

impl DeliveryRow {
    pub fn state(&self) -> DeliveryState {
        match self.state {
            WAITING => DeliveryState::Waiting,
            DELIVERED => DeliveryState::Delivered,
            _ => DeliveryState::GivenUp,
        }
    }
}

/// A page of deliveries below a position, the newest event first, with one more than the page. Of those that were not taken alone, if
/// `is_failed`. `None` if there is no such endpoint.
pub async fn page(
    conn: &mut Conn<'_>,
    webhook: WebhookId,
    is_failed: bool,
    below: i64,
) -> Result<Option<Vec<DeliveryRow>>> {
    let known: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT taken FROM webhooks WHERE id = $1")
        .bind(webhook.0).fetch_optional(&mut **c).await?);
    if known.is_none() {
        return Ok(None);
    }
    let statement = match is_failed {
        true => {
            "SELECT position, type, state, attempts, last_at, due_at, took, status, answer FROM webhook_deliveries \
             WHERE webhook_id = $1 AND position < $2 AND state IN (0, 2) AND attempts > 0 ORDER BY position DESC LIMIT $3"
        }
        false => {
            "SELECT position, type, state, attempts, last_at, due_at, took, status, answer FROM webhook_deliveries \
             WHERE webhook_id = $1 AND position < $2 ORDER BY position DESC LIMIT $3"
        }
    };
    let rows = on!(conn, c => sqlx::query_as(statement)
        .bind(webhook.0).bind(below).bind(DELIVERIES_PAGE + 1).fetch_all(&mut **c).await?);
    Ok(Some(rows))
}

/// Deletes finished deliveries of each endpoint: all of events up to `deleted`, and those that were taken but for the newest `kept`;
/// at most `max` of each. Returns whether there may be more.
pub async fn delete_old(conn: &mut Conn<'_>, deleted: i64, kept: i64, max: i64) -> Result<bool> {
    let ids: Vec<uuid::Uuid> =
        on!(conn, c => sqlx::query_scalar("SELECT id FROM webhooks").fetch_all(&mut **c).await?);
    let mut has_more = false;
    for id in ids {
        let newest_to_go: Option<i64> = on!(conn, c => sqlx::query_scalar(
            "SELECT position FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY position DESC LIMIT 1 OFFSET $2")
            .bind(id).bind(kept).fetch_optional(&mut **c).await?);
        let count = on!(conn, c => sqlx::query(
            "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND position IN (SELECT position FROM webhook_deliveries \
             WHERE webhook_id = $1 AND position <= $2 AND (state = 1 OR (state = 2 AND position <= $3)) ORDER BY position LIMIT $4)")
            .bind(id).bind(newest_to_go.unwrap_or(deleted).max(deleted)).bind(deleted).bind(max)
            .execute(&mut **c).await?.rows_affected());
        has_more |= count as i64 == max;
    }
    Ok(has_more)
}

/// Webhooks that are on, those among them that have taken nothing since their last attempt, and those that were switched off by
/// themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct WebhookHealth {
    pub active: i64,
    pub failing: i64,
    pub lost: i64,
}

pub async fn health(conn: &mut Conn<'_>) -> Result<WebhookHealth> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT COUNT(CASE WHEN disabled_at IS NULL THEN 1 END) AS active, \
         COUNT(CASE WHEN disabled_at IS NULL AND failing_since IS NOT NULL THEN 1 END) AS failing, \
         COUNT(CASE WHEN disabled_why IN ('gone', 'failing') THEN 1 END) AS lost FROM webhooks")
        .fetch_one(&mut **c).await?))
}
