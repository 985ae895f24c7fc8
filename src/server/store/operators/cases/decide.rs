//! The way of a case: an operator claims it for a while, and decides it. The decision, what it does, the notices to both sides and
//! the entry in the audit log are one transaction.

use serde_json::json;
use uuid::Uuid;

use super::list;
use crate::{
    server::store::{
        Conn, Result, StoreError,
        engine::locks,
        listings,
        messages::edits,
        notifications::notify::{NotificationContent, notify},
        on,
        operators::{
            audit::{self, AuditEntry},
            user_directory::{self, ChangeOutcome},
        },
        sync::{
            event_log::{self, NewEvent},
            positions,
        },
        users,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{CaseId, ConversationId, ListingId, MessageId, UserId},
        notifications::kinds::NotificationKind,
        operators::{
            cases::{Case, Decision},
            events::EventType,
            user_directory::UserChange,
        },
        users::rank::Rank,
        values::time::{DAY, MINUTE, Timestamp},
    },
};

/// How long a claim lasts.
const CLAIM_MICROS: i64 = 30 * MINUTE;

/// Answer to a claim or a decision.
pub enum CaseOutcome {
    /// The case as it stands now.
    Case(Box<Case>),
    /// There is none, or none for this operator.
    NoCase,
    /// Another operator has claimed it, or it is decided.
    Taken,
    /// Only an admin decides about staff.
    AdminsOnly,
    /// It can't be decided so.
    Unfit,
}

/// Claims a case, or gives it back. Idempotent; a claim of one's own begins anew.
pub async fn claim(
    conn: &mut Conn<'_>,
    operator: UserId,
    id: CaseId,
    is_claimed: bool,
    now: Timestamp,
) -> Result<CaseOutcome> {
    if !users::is_staff(conn, operator).await? {
        return Ok(CaseOutcome::NoCase);
    }
    let Some(case) = list::get(conn, operator, id, now).await? else { return Ok(CaseOutcome::NoCase) };
    if let Some(refused) = refusal(conn, operator, &case).await? {
        return Ok(refused);
    }
    let until = is_claimed.then(|| now.plus(CLAIM_MICROS).0);
    let changed = on!(conn, c => sqlx::query(
        "UPDATE cases SET claimed_by = $2, claimed_until = $3 WHERE id = $1 AND decision IS NULL \
         AND (claimed_by IS NULL OR claimed_by = $4 OR claimed_until <= $5)")
        .bind(id.0).bind(is_claimed.then_some(operator.0)).bind(until).bind(operator.0).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    if changed == 0 {
        return Ok(CaseOutcome::Taken);
    }
    conn.updates.has_order = true;
    answer(conn, operator, id, now).await
}

/// A decision, with what is said to both sides.
#[derive(Clone)]
pub struct NewDecision {
    pub case: CaseId,
    pub operator: UserId,
    pub decision: Decision,
    /// Of a limit.
    pub days: Option<i64>,
    /// What the person concerned is told.
    pub reason: String,
    pub to_person: SystemMessage,
    pub to_reporters: SystemMessage,
}

/// Decides a case that the operator has claimed. Idempotent: the same decision again is answered with the case.
pub async fn decide(conn: &mut Conn<'_>, new: NewDecision, now: Timestamp) -> Result<CaseOutcome> {
    if !users::is_staff(conn, new.operator).await? {
        return Ok(CaseOutcome::NoCase);
    }
    let Some(case) = list::get(conn, new.operator, new.case, now).await? else {
        return Ok(CaseOutcome::NoCase);
    };
    let is_mine = case.decided_by.as_ref().is_some_and(|by| by.id == new.operator);
    if is_mine && case.decision == Some(new.decision) && case.reason == new.reason && case.days == new.days {
        return Ok(CaseOutcome::Case(Box::new(case)));
    }
    if let Some(refused) = refusal(conn, new.operator, &case).await? {
        return Ok(refused);
    }
    if !new.decision.fits(case.about, case.person.is_some()) {
        return Ok(CaseOutcome::Unfit);
    }
    // Locks it: the lease is over, or another has decided.
    let decided = on!(conn, c => sqlx::query(
        "UPDATE cases SET decision = $2, days = $3, reason = $4, decided_by = $5, decided_at = $6, claimed_by = NULL, claimed_until = NULL \
         WHERE id = $1 AND decision IS NULL AND claimed_by = $5 AND claimed_until > $6")
        .bind(new.case.0).bind(new.decision.as_str()).bind(new.days).bind(&new.reason).bind(new.operator.0).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    if decided == 0 {
        return Ok(CaseOutcome::Taken);
    }
    let subject: Uuid = case.subject_id.parse().map_err(|_| StoreError::Retry)?;
    let reporters: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT user_id FROM reports WHERE case_id = $1 ORDER BY user_id").bind(new.case.0).fetch_all(&mut **c).await?);
    let person = case.person.as_ref().map(|person| person.id);
    carry_out(conn, &new, &case, subject, &reporters, now).await?;
    tell(conn, person, &reporters, &new, now).await?;
    let entry = AuditEntry {
        user: new.operator,
        action: format!("case_{}", new.decision.as_str()),
        order: None,
        conversation: case.conversation,
        other: person,
        detail: new.reason.clone(),
    };
    audit::add(conn, entry, now).await?;
    let event = NewEvent {
        kind: EventType::ReportDecided,
        lane: new.case.0,
        conversation: case.conversation,
        user: person,
        detail: json!({
            "case_id": new.case, "about": case.about.as_str(), "subject_id": subject,
            "decision": new.decision.as_str(), "days": new.days,
        }),
    };
    event_log::tell(conn, event, now).await?;
    conn.updates.has_order = true;
    answer(conn, new.operator, new.case, now).await
}

/// Who may not decide it: whoever it concerns does not see it, and about staff only an admin decides.
async fn refusal(conn: &mut Conn<'_>, operator: UserId, case: &Case) -> Result<Option<CaseOutcome>> {
    let rank: String = on!(conn, c => sqlx::query_scalar("SELECT rank FROM users WHERE id = $1")
        .bind(operator.0).fetch_one(&mut **c).await?);
    let of = match &case.person {
        None => None,
        Some(person) => {
            let of: String = on!(conn, c => sqlx::query_scalar("SELECT rank FROM users WHERE id = $1")
                .bind(person.id.0).fetch_one(&mut **c).await?);
            Some(Rank::from_stored(&of))
        }
    };
    if case.decision.is_some() {
        return Ok(Some(CaseOutcome::Taken));
    }
    let is_allowed = Decision::is_allowed(Rank::from_stored(&rank), of);
    Ok((!is_allowed).then_some(CaseOutcome::AdminsOnly))
}

async fn answer(conn: &mut Conn<'_>, operator: UserId, id: CaseId, now: Timestamp) -> Result<CaseOutcome> {
    let case = list::get(conn, operator, id, now).await?;
    Ok(case.map_or(CaseOutcome::NoCase, |case| CaseOutcome::Case(Box::new(case))))
}

/// What the decision does. It locks in the common order: listings, users, conversations, then the heads of all who are told.
async fn carry_out(
    conn: &mut Conn<'_>,
    new: &NewDecision,
    case: &Case,
    subject: Uuid,
    reporters: &[Uuid],
    now: Timestamp,
) -> Result<()> {
    let mut heads = reporters.to_vec();
    heads.extend(case.person.as_ref().map(|person| person.id.0));
    match (new.decision, &case.person) {
        (Decision::HideMessage, _) => {
            let conversations: Vec<_> = case.conversation.iter().map(|id| id.0).collect();
            locks::delivery(conn, &conversations, &heads).await?;
            edits::hide(conn, MessageId(subject), now).await
        }
        (Decision::CloseRoom, _) => {
            locks::delivery(conn, &[subject], &heads).await?;
            close_room(conn, ConversationId(subject)).await
        }
        (Decision::CloseListing, _) => {
            listings::take_down(conn, ListingId(subject), now).await?;
            locks::heads_of(conn, &heads).await
        }
        (Decision::Limit, Some(person)) => {
            locks::user(conn, person.id).await?;
            on!(conn, c => sqlx::query("UPDATE users SET limited_until = $2 WHERE id = $1")
                .bind(person.id.0).bind(now.plus(new.days.unwrap_or_default() * DAY).0).execute(&mut **c).await?.rows_affected());
            locks::heads_of(conn, &heads).await
        }
        (Decision::Suspend, Some(person)) => {
            match user_directory::change(conn, new.operator, person.id, UserChange::Suspend, now).await? {
                ChangeOutcome::Changed(_) | ChangeOutcome::Unchanged(_) => {}
                // Their rank has changed in this moment.
                ChangeOutcome::NotAllowed | ChangeOutcome::NoPerson => return Err(StoreError::Retry),
            }
            locks::heads_of(conn, &heads).await
        }
        _ => locks::heads_of(conn, &heads).await,
    }
}

/// Nobody writes in the room any more, or comes in. What was written stays readable.
async fn close_room(conn: &mut Conn<'_>, room: ConversationId) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE conversations SET closed = 1 WHERE id = $1").bind(room.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("UPDATE rooms SET link = NULL WHERE conversation_id = $1").bind(room.0).execute(&mut **c).await?.rows_affected());
    positions::raise_locked(conn, &[room.0]).await
}

/// Tells the person concerned what was decided and why, and the reporters that it was. Neither learns of the other.
async fn tell(
    conn: &mut Conn<'_>,
    person: Option<UserId>,
    reporters: &[Uuid],
    new: &NewDecision,
    now: Timestamp,
) -> Result<()> {
    let content = |event| NotificationContent {
        kind: NotificationKind::System,
        event,
        cause: None,
        message: None,
        order: None,
    };
    let told = person.filter(|_| new.decision != Decision::Nothing);
    if let Some(user) = told {
        positions::raise(conn, user).await?;
        notify(conn, &[user], &content(&new.to_person), now).await?;
    }
    for user in reporters {
        positions::raise(conn, UserId(*user)).await?;
        notify(conn, &[UserId(*user)], &content(&new.to_reporters), now).await?;
    }
    Ok(())
}

/// Whether a limit keeps the user from beginning anything new.
pub async fn is_limited(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<bool> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND limited_until > $2)")
        .bind(user.0).bind(now.0).fetch_one(&mut **c).await?),
    )
}
