//! Events of security: who signed in and out and from where, and who was refused. They are shown with the audit
//! log, but are deleted after a while: they hold IPs.

use tracing::Span;
use uuid::Uuid;

use crate::{
    server::{
        store::{Conn, Result, listings::like, on},
        telemetry::security_log::SecurityLogLine,
    },
    shared::{
        ids::UserId,
        operators::audit::{AUDIT_PAGE, AuditId, AuditPage, AuditRow, SECURITY},
        users::{
            Person,
            security_events::{OWN_EVENTS_MAX, OwnSecurityEvent},
        },
        values::{page_cursor::PageCursor, time::Timestamp},
    },
};

/// A new event.
#[derive(Clone)]
pub struct NewSecurityEvent {
    pub event: &'static str,
    /// None if somebody tried an account that there is not.
    pub user: Option<UserId>,
    pub client_ip: String,
    pub client: String,
    pub detail: String,
    /// The request in which it happened.
    pub span: Span,
}

impl NewSecurityEvent {
    pub fn log_line(&self) -> SecurityLogLine {
        SecurityLogLine { event: self.event, user: self.user, span: self.span.clone() }
    }
}

/// Stores an event in the transaction of what happened. Its log line is written after the commit.
pub async fn add(conn: &mut Conn<'_>, new: NewSecurityEvent, now: Timestamp) -> Result<()> {
    conn.updates.security_log.push(new.log_line());
    on!(conn, c => sqlx::query(
        "INSERT INTO security_events (id, at, event, user_id, client_ip, client, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(Uuid::now_v7()).bind(now.0).bind(new.event).bind(new.user.map(|user| user.0))
        .bind(new.client_ip).bind(new.client).bind(new.detail)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EventColumns {
    id: Uuid,
    at: i64,
    event: String,
    user_id: Option<Uuid>,
    name: Option<String>,
    hue: Option<i64>,
    client_ip: String,
    client: String,
    detail: String,
}

impl EventColumns {
    fn into_row(self) -> AuditRow {
        let person = Person::new(
            UserId(self.user_id.unwrap_or_default()),
            self.name.unwrap_or_default(),
            self.hue.unwrap_or_default(),
        );
        let parts = [self.detail, self.client, self.client_ip];
        let told: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        AuditRow {
            id: AuditId(self.id),
            at: Timestamp(self.at),
            person,
            action: format!("{SECURITY}_{}", self.event),
            order: None,
            conversation: None,
            title: None,
            other: None,
            detail: told.join(", "),
        }
    }
}

/// Users whose names are looked at for a search.
const SEARCHED_USERS_MAX: i64 = 100;

/// Which events are looked for.
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// Folded text to find in the user's name; empty finds all.
    pub search: String,
    pub event: Option<String>,
    /// Refusals alone, or all but these.
    pub is_refused: Option<bool>,
    /// From this time on, and before that one.
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A page of events, newest first.
pub async fn page(conn: &mut Conn<'_>, query: &EventQuery, after: PageCursor) -> Result<AuditPage> {
    let rows = find(conn, query, after, AUDIT_PAGE + 1).await?;
    Ok(AuditPage::of(rows.into_iter().map(EventColumns::into_row).collect()))
}

async fn find(
    conn: &mut Conn<'_>,
    query: &EventQuery,
    after: PageCursor,
    limit: i64,
) -> Result<Vec<EventColumns>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT e.id, e.at, e.event, e.user_id, u.name, u.hue, e.client_ip, e.client, e.detail \
         FROM security_events e LEFT JOIN users u ON u.id = e.user_id \
         WHERE ($1 = '%%' OR e.user_id IN (SELECT id FROM users WHERE folded_name LIKE $1 ESCAPE '\\' LIMIT $2)) \
         AND (e.at < $3 OR (e.at = $3 AND e.id < $4)) AND e.at >= $6 AND e.at < $7 AND ($8 IS NULL OR e.event = $8) \
         AND ($9 IS NULL OR (e.event LIKE '%\\_refused' ESCAPE '\\') = $9) ORDER BY e.at DESC, e.id DESC LIMIT $5")
        .bind(like(&query.search)).bind(SEARCHED_USERS_MAX).bind(after.at.0).bind(after.id).bind(limit)
        .bind(query.from.0).bind(query.to.0).bind(&query.event).bind(query.is_refused)
        .persistent(false).fetch_all(&mut **c).await?))
}

/// An event as it is exported.
pub struct ExportedEvent {
    pub cursor: PageCursor,
    /// Nobody if somebody tried an account that there is not.
    pub user: Option<(UserId, String)>,
    pub event: String,
    pub client_ip: String,
    pub client: String,
    pub detail: String,
}

/// Events for a file, newest first, at most `limit`.
pub async fn exported(
    conn: &mut Conn<'_>,
    query: &EventQuery,
    after: PageCursor,
    limit: i64,
) -> Result<Vec<ExportedEvent>> {
    let rows = find(conn, query, after, limit).await?;
    let exported = |row: EventColumns| ExportedEvent {
        cursor: PageCursor { at: Timestamp(row.at), id: row.id },
        user: row.user_id.map(|id| (UserId(id), row.name.unwrap_or_default())),
        event: row.event,
        client_ip: row.client_ip,
        client: row.client,
        detail: row.detail,
    };
    Ok(rows.into_iter().map(exported).collect())
}

/// The newest events of a user's account, at most [`OWN_EVENTS_MAX`].
pub async fn of_user(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<OwnSecurityEvent>> {
    let rows: Vec<(i64, String, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT at, event, client, client_ip FROM security_events WHERE user_id = $1 ORDER BY at DESC, id DESC LIMIT $2")
        .bind(user.0).bind(OWN_EVENTS_MAX).fetch_all(&mut **c).await?);
    let event =
        |(at, event, client, client_ip)| OwnSecurityEvent { at: Timestamp(at), event, client, client_ip };
    Ok(rows.into_iter().map(event).collect())
}

/// Whether this has happened to a user's account since then.
pub async fn has_lately(conn: &mut Conn<'_>, user: UserId, event: &str, since: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM security_events WHERE user_id = $1 AND event = $2 AND at >= $3)")
        .bind(user.0).bind(event).bind(since.0).fetch_one(&mut **c).await?))
}

/// Deletes events from before this time, at most `max`. Returns how many.
pub async fn delete_before(conn: &mut Conn<'_>, before: Timestamp, max: i64) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM security_events WHERE id IN (SELECT id FROM security_events WHERE at < $1 LIMIT $2)")
        .bind(before.0).bind(max).execute(&mut **c).await?.rows_affected()))
}
