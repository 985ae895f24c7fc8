//! The queue of cases as an operator sees it. What concerns the operator themselves is not there.

use std::collections::HashMap;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on, sync::positions},
    shared::{
        ids::{CaseId, ConversationId, UserId},
        operators::cases::{
            CASES_PAGE, Case, CaseAbout, CaseFilter, CasePage, CaseReport, Decision, REPORTS_SHOWN_MAX,
            ReportReason,
        },
        users::{Person, rank::Rank},
        values::{page_cursor::PageCursor, time::Timestamp},
    },
};

#[derive(sqlx::FromRow)]
struct CaseColumns {
    id: Uuid,
    about: String,
    subject_id: Uuid,
    user_id: Option<Uuid>,
    conversation_id: Option<Uuid>,
    reports: i64,
    created_at: i64,
    claimed_by: Option<Uuid>,
    claimed_until: Option<i64>,
    decision: Option<String>,
    days: Option<i64>,
    reason: String,
    decided_by: Option<Uuid>,
    decided_at: Option<i64>,
}

macro_rules! select_case {
    ($tail:literal) => {
        concat!(
            "SELECT id, about, subject_id, user_id, conversation_id, reports, created_at, claimed_by, claimed_until, decision, days, \
             reason, decided_by, decided_at FROM cases ",
            $tail
        )
    };
}

/// A page of the queue.
pub async fn page(
    conn: &mut Conn<'_>,
    operator: UserId,
    filter: CaseFilter,
    about: Option<CaseAbout>,
    after: PageCursor,
    now: Timestamp,
) -> Result<CasePage> {
    let mut rows: Vec<CaseColumns> = on!(conn, c => sqlx::query_as(select_case!(
        "WHERE (user_id IS NULL OR user_id <> $1) AND ($2 = '' OR about = $2) \
         AND CASE $3 WHEN 'decided' THEN decision IS NOT NULL WHEN 'mine' THEN decision IS NULL AND claimed_by = $1 AND claimed_until > $4 \
             ELSE decision IS NULL END \
         AND (created_at < $5 OR (created_at = $5 AND id < $6)) ORDER BY created_at DESC, id DESC LIMIT $7"))
        .bind(operator.0).bind(about.map_or("", CaseAbout::as_str)).bind(filter.as_str()).bind(now.0).bind(after.at.0).bind(after.id)
        .bind(CASES_PAGE + 1).persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > CASES_PAGE;
    rows.truncate(CASES_PAGE as usize);
    let next =
        rows.last().filter(|_| has_more).map(|row| PageCursor { at: Timestamp(row.created_at), id: row.id });
    Ok(CasePage { cases: with_reports(conn, rows, now).await?, open: open(conn, operator).await?, next })
}

/// One case; `None` if it concerns the operator themselves.
pub async fn get(conn: &mut Conn<'_>, operator: UserId, id: CaseId, now: Timestamp) -> Result<Option<Case>> {
    let rows: Vec<CaseColumns> = on!(conn, c => sqlx::query_as(select_case!(
        "WHERE id = $2 AND (user_id IS NULL OR user_id <> $1)"))
        .bind(operator.0).bind(id.0).fetch_all(&mut **c).await?);
    Ok(with_reports(conn, rows, now).await?.pop())
}

/// How many cases wait for a decision that this operator may take part in.
pub async fn open(conn: &mut Conn<'_>, operator: UserId) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM cases WHERE decision IS NULL AND (user_id IS NULL OR user_id <> $1)")
        .bind(operator.0).fetch_one(&mut **c).await?))
}

async fn with_reports(conn: &mut Conn<'_>, rows: Vec<CaseColumns>, now: Timestamp) -> Result<Vec<Case>> {
    let mut people = HashMap::new();
    let mut cases = Vec::with_capacity(rows.len());
    for user in rows.iter().flat_map(|row| [row.user_id, row.claimed_by, row.decided_by]).flatten() {
        people.entry(user).or_insert(None);
    }
    for (id, name, hue, rank) in names(conn, people.keys()).await? {
        let person = Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank));
        people.insert(id, Some(person));
    }
    for row in rows {
        let reports: Vec<(String, String, i64, String, Vec<u8>)> = on!(conn, c => sqlx::query_as(
            "SELECT reason, text, created_at, copy, copy_hash FROM reports WHERE case_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2")
            .bind(row.id).bind(REPORTS_SHOWN_MAX).fetch_all(&mut **c).await?);
        let person = |id: Option<Uuid>| id.and_then(|id| people.get(&id).cloned().flatten());
        // A claim that has run out is none.
        let claim = row.claimed_until.filter(|until| row.decision.is_none() && *until > now.0);
        cases.push(Case {
            id: CaseId(row.id),
            about: CaseAbout::parse(&row.about).unwrap_or(CaseAbout::Message),
            subject_id: row.subject_id.to_string(),
            person: person(row.user_id),
            conversation: row.conversation_id.map(ConversationId),
            count: row.reports,
            reports: reports.into_iter().map(report).collect(),
            created_at: Timestamp(row.created_at),
            claimed_by: claim.and_then(|_| person(row.claimed_by)),
            claimed_until: claim.map(Timestamp),
            decision: row.decision.as_deref().and_then(Decision::parse),
            days: row.days,
            reason: row.reason,
            decided_by: person(row.decided_by),
            decided_at: row.decided_at.map(Timestamp),
        });
    }
    Ok(cases)
}

fn report((reason, text, at, copy, hash): (String, String, i64, String, Vec<u8>)) -> CaseReport {
    CaseReport {
        reason: ReportReason::parse(&reason).unwrap_or(ReportReason::Other),
        text,
        at: Timestamp(at),
        copy,
        copy_hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

async fn names<'a>(
    conn: &mut Conn<'_>,
    ids: impl ExactSizeIterator<Item = &'a Uuid>,
) -> Result<Vec<(Uuid, String, i64, String)>> {
    if ids.len() == 0 {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.copied().collect();
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT id, name, hue, rank FROM users WHERE id IN (");
        positions::push_ids(query.separated(", "), ids.iter());
        query.push(")");
        query.build_query_as().fetch_all(&mut **c).await?
    }))
}
