//! Endpoints: made, changed and deleted by admins, each with an entry in the audit log.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        operators::audit::{self, AuditEntry},
        sync::event_log,
        users::sessions::TokenHash,
    },
    shared::{
        ids::{UserId, WebhookId},
        operators::webhooks::{OffReason, WEBHOOKS_MAX, Webhook},
        users::rank::Rank,
        values::time::Timestamp,
    },
};

/// The most that is counted of what waits, or was given up.
const COUNTED_MAX: i64 = 10_000;

/// A new endpoint.
#[derive(Clone)]
pub struct NewWebhook {
    pub id: WebhookId,
    pub url: String,
    pub types: String,
    pub with_text: bool,
    pub secret: String,
    /// What the audit log says of it: never the whole URL, which may hold a secret.
    pub detail: String,
}

/// What an admin changes of one.
#[derive(Clone)]
pub enum WebhookChange {
    /// Types, and whether messages come with their text.
    Choice {
        types: String,
        with_text: bool,
    },
    On,
    Off,
    /// Another secret, unless the present one was made by this key. The present one signs as well until then.
    Secret {
        secret: String,
        key: TokenHash,
        former_until: Timestamp,
    },
    /// A test event.
    Test,
    /// This delivery is sent again.
    Again {
        position: i64,
    },
}

/// Answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    Done,
    /// The user is no admin, or no longer one.
    NotAllowed,
    /// There is no such endpoint, or delivery.
    NoWebhook,
    /// The id is taken.
    Taken,
    TooMany,
    /// It is off.
    IsOff,
}

#[derive(sqlx::FromRow)]
struct WebhookColumns {
    id: Uuid,
    url: String,
    types: String,
    with_text: i64,
    name: String,
    created_at: i64,
    failing_since: Option<i64>,
    disabled_why: Option<String>,
    former_until: Option<i64>,
    waiting: i64,
    given_up: i64,
}

/// All endpoints, the oldest first. Former secrets that have ended are left out.
pub async fn list(conn: &mut Conn<'_>, now: Timestamp) -> Result<Vec<Webhook>> {
    let rows: Vec<WebhookColumns> = on!(conn, c => sqlx::query_as(
        "SELECT w.id, w.url, w.types, w.with_text, u.name, w.created_at, w.failing_since, w.disabled_why, w.former_until, \
         (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 0 LIMIT $1) waiting) AS waiting, \
         (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 2 LIMIT $1) given_up) AS given_up \
         FROM webhooks w JOIN users u ON u.id = w.user_id ORDER BY w.created_at, w.id")
        .bind(COUNTED_MAX).fetch_all(&mut **c).await?);
    let webhook = |row: WebhookColumns| Webhook {
        id: WebhookId(row.id),
        url: row.url,
        types: row.types.split_whitespace().map(str::to_owned).collect(),
        with_text: row.with_text > 0,
        made_by: row.name,
        created_at: Timestamp(row.created_at),
        failing_since: row.failing_since.map(Timestamp),
        off: row.disabled_why.as_deref().and_then(OffReason::parse),
        former_secret_until: row.former_until.map(Timestamp).filter(|until| *until > now),
        waiting: row.waiting,
        given_up: row.given_up,
    };
    Ok(rows.into_iter().map(webhook).collect())
}

/// Makes an endpoint. It is told of what happens from now on, and the log starts if nobody followed before.
pub async fn create(
    conn: &mut Conn<'_>,
    by: UserId,
    new: NewWebhook,
    now: Timestamp,
) -> Result<WebhookOutcome> {
    if !is_admin(conn, by).await? {
        return Ok(WebhookOutcome::NotAllowed);
    }
    locks::settings(conn).await?;
    let (count, known): (i64, i64) = on!(conn, c => sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN id = $1 THEN 1 END) FROM webhooks").bind(new.id.0).fetch_one(&mut **c).await?);
    if known > 0 {
        return Ok(WebhookOutcome::Taken);
    }
    if count >= WEBHOOKS_MAX {
        return Ok(WebhookOutcome::TooMany);
    }
    event_log::start(conn, now).await?;
    on!(conn, c => sqlx::query(
        "INSERT INTO webhooks (id, url, types, with_text, secret, user_id, created_at, taken) \
         SELECT $1, $2, $3, $4, $5, $6, $7, position FROM event_log")
        .bind(new.id.0).bind(&new.url).bind(&new.types).bind(i64::from(new.with_text)).bind(&new.secret)
        .bind(by.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    add_entry(conn, by, "settings_webhook_create", new.detail, now).await?;
    Ok(WebhookOutcome::Done)
}

/// Changes an endpoint. Idempotent, but for a test event and another secret.
pub async fn change(
    conn: &mut Conn<'_>,
    by: UserId,
    id: WebhookId,
    change: WebhookChange,
    now: Timestamp,
) -> Result<WebhookOutcome> {
    if !is_admin(conn, by).await? {
        return Ok(WebhookOutcome::NotAllowed);
    }
    // Locks it.
    let found: Option<(String, bool)> = on!(conn, c => sqlx::query_as(
        "UPDATE webhooks SET url = url WHERE id = $1 RETURNING url, disabled_at IS NULL")
        .bind(id.0).fetch_optional(&mut **c).await?);
    let Some((url, is_on)) = found else { return Ok(WebhookOutcome::NoWebhook) };
    let host = host_of(&url);
    let (action, detail) = match change {
        WebhookChange::Choice { types, with_text } => {
            let changed = on!(conn, c => sqlx::query(
                "UPDATE webhooks SET types = $2, with_text = $3 WHERE id = $1 AND (types <> $2 OR with_text <> $3)")
                .bind(id.0).bind(&types).bind(i64::from(with_text)).execute(&mut **c).await?.rows_affected());
            if changed == 0 {
                return Ok(WebhookOutcome::Done);
            }
            ("settings_webhook_change", entry_detail(&host, &types, with_text))
        }
        WebhookChange::On if is_on => return Ok(WebhookOutcome::Done),
        WebhookChange::On => {
            on!(conn, c => sqlx::query(
                "UPDATE webhooks SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL WHERE id = $1")
                .bind(id.0).execute(&mut **c).await?.rows_affected());
            // What waits is tried at once.
            on!(conn, c => sqlx::query(
                "UPDATE webhook_deliveries SET due_at = $2 WHERE webhook_id = $1 AND state = 0 AND due_at > $2")
                .bind(id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
            conn.updates.events += 1;
            ("settings_webhook_on", host)
        }
        WebhookChange::Off if !is_on => return Ok(WebhookOutcome::Done),
        WebhookChange::Off => {
            disable(conn, id, OffReason::Admin, now).await?;
            ("settings_webhook_off", host)
        }
        WebhookChange::Secret { secret, key, former_until } => {
            let changed = on!(conn, c => sqlx::query(
                "UPDATE webhooks SET former_secret = secret, former_until = $3, secret = $2, secret_key = $4 \
                 WHERE id = $1 AND (secret_key IS NULL OR secret_key <> $4)")
                .bind(id.0).bind(&secret).bind(former_until.0).bind(key.as_slice()).execute(&mut **c).await?.rows_affected());
            if changed == 0 {
                return Ok(WebhookOutcome::Done);
            }
            ("settings_webhook_secret", host)
        }
        WebhookChange::Test | WebhookChange::Again { .. } if !is_on => return Ok(WebhookOutcome::IsOff),
        WebhookChange::Test => {
            event_log::tell_test(conn, id, now).await?;
            return Ok(WebhookOutcome::Done);
        }
        WebhookChange::Again { position } => return send_again(conn, id, position, now).await,
    };
    add_entry(conn, by, action, detail, now).await?;
    Ok(WebhookOutcome::Done)
}

/// The secret of an endpoint, if it was made by this key.
pub async fn secret_of_key(conn: &mut Conn<'_>, id: WebhookId, key: TokenHash) -> Result<Option<String>> {
    Ok(on!(conn, c => sqlx::query_scalar("SELECT secret FROM webhooks WHERE id = $1 AND secret_key = $2")
        .bind(id.0).bind(key.as_slice()).fetch_optional(&mut **c).await?))
}

/// Has an event sent once more, apart from the others of its lane.
async fn send_again(
    conn: &mut Conn<'_>,
    id: WebhookId,
    position: i64,
    now: Timestamp,
) -> Result<WebhookOutcome> {
    // One that waits keeps its place in its lane, which comes with it.
    let waiting: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT lane FROM webhook_deliveries WHERE webhook_id = $1 AND position = $2 AND state = 0")
        .bind(id.0).bind(position).fetch_optional(&mut **c).await?);
    conn.updates.events += 1;
    let changed = match waiting {
        Some(lane) => on!(conn, c => sqlx::query(
            "UPDATE webhook_deliveries SET due_at = $3 WHERE webhook_id = $1 AND lane = $2 AND state = 0 AND due_at > $3")
            .bind(id.0).bind(lane).bind(now.0).execute(&mut **c).await?.rows_affected())
        .max(1),
        None => on!(conn, c => sqlx::query(
            "UPDATE webhook_deliveries SET state = 0, due_at = $3, lane = $4, first_at = NULL \
             WHERE webhook_id = $1 AND position = $2")
            .bind(id.0).bind(position).bind(now.0).bind(Uuid::now_v7()).execute(&mut **c).await?.rows_affected()),
    };
    Ok(if changed > 0 { WebhookOutcome::Done } else { WebhookOutcome::NoWebhook })
}

/// Switches an endpoint off. False if it was off.
pub async fn disable(conn: &mut Conn<'_>, id: WebhookId, why: OffReason, now: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE webhooks SET disabled_at = $2, disabled_why = $3, lease = NULL, leased_until = 0 \
         WHERE id = $1 AND disabled_at IS NULL")
        .bind(id.0).bind(now.0).bind(why.as_str()).execute(&mut **c).await?.rows_affected())
        > 0)
}

/// Deletes some of the deliveries of an endpoint, which is off from then on, and the endpoint with the last of them. Done once
/// nothing is left.
pub async fn delete(
    conn: &mut Conn<'_>,
    by: UserId,
    id: WebhookId,
    max: i64,
    now: Timestamp,
) -> Result<Option<WebhookOutcome>> {
    if !is_admin(conn, by).await? {
        return Ok(Some(WebhookOutcome::NotAllowed));
    }
    let url: Option<String> = on!(conn, c => sqlx::query_scalar(
        "UPDATE webhooks SET disabled_at = COALESCE(disabled_at, $2), disabled_why = 'admin', lease = NULL, leased_until = 0 \
         WHERE id = $1 RETURNING url").bind(id.0).bind(now.0).fetch_optional(&mut **c).await?);
    let Some(url) = url else { return Ok(Some(WebhookOutcome::NoWebhook)) };
    let deleted = on!(conn, c => sqlx::query(
        "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND position IN \
         (SELECT position FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY position LIMIT $2)")
        .bind(id.0).bind(max).execute(&mut **c).await?.rows_affected());
    if deleted as i64 == max {
        return Ok(None);
    }
    on!(conn, c => sqlx::query("DELETE FROM webhooks WHERE id = $1").bind(id.0).execute(&mut **c).await?.rows_affected());
    add_entry(conn, by, "settings_webhook_delete", host_of(&url), now).await?;
    Ok(Some(WebhookOutcome::Done))
}

/// The admins, who are told if an endpoint is switched off.
pub async fn admins(conn: &mut Conn<'_>) -> Result<Vec<UserId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM users WHERE rank <> 'member' AND rank = $1 AND suspended_at IS NULL ORDER BY id")
        .bind(Rank::Admin.as_str()).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(UserId).collect())
}

/// What the audit log says of a choice: the host alone, since a path may hold a secret.
pub fn entry_detail(host: &str, types: &str, with_text: bool) -> String {
    let text = if with_text { " (with texts)" } else { "" };
    format!("{host}{text}: {types}")
}

/// The scheme and host of a URL.
pub fn host_of(url: &str) -> String {
    let end = url.find("://").map_or(0, |at| at + 3);
    let length = url[end..].find(['/', '?', '#']).map_or(url.len(), |at| end + at);
    url[..length].to_owned()
}

async fn is_admin(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    locks::users_as_are(conn, &[user.0]).await?;
    let rank: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT rank FROM users WHERE id = $1 AND suspended_at IS NULL").bind(user.0).fetch_optional(&mut **c).await?);
    Ok(rank.and_then(|rank| Rank::parse(&rank)) == Some(Rank::Admin))
}

async fn add_entry(
    conn: &mut Conn<'_>,
    by: UserId,
    action: &str,
    detail: String,
    now: Timestamp,
) -> Result<()> {
    let entry = AuditEntry {
        user: by,
        action: action.to_owned(),
        order: None,
        conversation: None,
        other: None,
        detail,
    };
    audit::add(conn, entry, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r4_the_audit_log_has_no_path_of_an_endpoint() {
        for (url, host) in [
            ("https://shop.example/hooks/secret?key=1", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://shop.example?key=1", "https://shop.example"),
        ] {
            assert_eq!(host_of(url), host);
        }
    }
}
