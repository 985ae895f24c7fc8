//! A report: stored with a copy of what it is about, and counted with the others about the same thing.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::copies;
use crate::{
    server::store::{
        Conn, Result, StoreError, on,
        sync::event_log::{self, NewEvent},
    },
    shared::{
        ids::{CaseId, ReportId, UserId},
        operators::{
            cases::{CaseAbout, ReportReason},
            events::EventType,
        },
        values::time::Timestamp,
    },
};

#[derive(Clone)]
pub struct NewReport {
    pub id: ReportId,
    pub by: UserId,
    pub about: CaseAbout,
    pub subject: Uuid,
    pub reason: ReportReason,
    pub text: String,
}

/// Answer to a report.
pub enum ReportOutcome {
    /// It is stored, now or before.
    Stored,
    /// The id belongs to another report.
    Conflict,
    /// The user can see no such thing, or it is their own.
    NoSubject,
}

/// Stores a report. Idempotent: by its id, and by who reports what while the case is open.
pub async fn report(conn: &mut Conn<'_>, new: NewReport, now: Timestamp) -> Result<ReportOutcome> {
    let known: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT user_id FROM reports WHERE id = $1")
        .bind(new.id.0).fetch_optional(&mut **c).await?);
    if let Some(by) = known {
        return Ok(if by == new.by.0 { ReportOutcome::Stored } else { ReportOutcome::Conflict });
    }
    let Some(subject) = copies::subject(conn, new.by, new.about, new.subject).await? else {
        return Ok(ReportOutcome::NoSubject);
    };
    on!(conn, c => sqlx::query(
        "INSERT INTO cases (id, about, subject_id, user_id, conversation_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
         ON CONFLICT DO NOTHING")
        .bind(CaseId::new().0).bind(new.about.as_str()).bind(new.subject).bind(subject.person.map(|user| user.0))
        .bind(subject.conversation.map(|id| id.0)).bind(now.0).execute(&mut **c).await?.rows_affected());
    // Locks it. If it was decided in this moment, the command begins anew with another one.
    let case: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "UPDATE cases SET updated_at = updated_at WHERE about = $1 AND subject_id = $2 AND decision IS NULL RETURNING id")
        .bind(new.about.as_str()).bind(new.subject).fetch_optional(&mut **c).await?);
    let case = case.ok_or(StoreError::Retry)?;
    let copy = subject.copy.to_string();
    let copy_hash = Sha256::digest(&copy);
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO reports (id, case_id, user_id, reason, text, copy, copy_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(case).bind(new.by.0).bind(new.reason.as_str()).bind(&new.text).bind(&copy)
        .bind(copy_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted > 0 {
        on!(conn, c => sqlx::query("UPDATE cases SET reports = reports + 1, updated_at = $2 WHERE id = $1")
            .bind(case).bind(now.0).execute(&mut **c).await?.rows_affected());
        // The desk's pages look again.
        conn.updates.has_order = true;
        // Nobody is told who reported.
        let event = NewEvent {
            kind: EventType::ReportCreated,
            lane: case,
            conversation: subject.conversation,
            user: subject.person,
            detail: json!({
                "case_id": case, "about": new.about.as_str(), "subject_id": new.subject, "reason": new.reason.as_str(),
            }),
        };
        event_log::tell(conn, event, now).await?;
    }
    Ok(ReportOutcome::Stored)
}

/// Empties what was said and copied of cases that were decided before this, at most `max` reports. Returns how many.
pub async fn empty_old(conn: &mut Conn<'_>, before: Timestamp, max: i64) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE reports SET text = '', copy = '' WHERE id IN (SELECT r.id FROM cases c JOIN reports r ON r.case_id = c.id \
         WHERE c.decided_at < $1 AND r.copy <> '' LIMIT $2)")
        .bind(before.0).bind(max).execute(&mut **c).await?.rows_affected()))
}
