//! Cases: the desk's queue of what was reported. An operator claims one for half an hour and decides it.

use crate::{
    server::{
        context::ContextInner,
        domain::{failed, users::check_operator},
        store::operators::cases::{
            decide::{self, CaseOutcome, NewDecision},
            list, report,
        },
    },
    shared::{
        conversations::system_messages::SystemMessage,
        errors::{ApiError, Missing, Result},
        ids::CaseId,
        operators::cases::{
            Case, CaseAbout, CaseFilter, CasePage, Decision, check_days, check_decision_reason,
        },
        users::Viewer,
        values::{page_cursor::PageCursor, time::DAY},
        words,
    },
};

/// How long copies are kept after the decision: within this time somebody may object to it.
const COPIES_KEPT_MICROS: i64 = 180 * DAY;
/// Reports that one transaction empties.
const EMPTIED_MAX: i64 = 200;

/// A page of the queue. For operators only.
pub async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    filter: CaseFilter,
    about: Option<CaseAbout>,
    after: Option<PageCursor>,
) -> Result<CasePage> {
    check_operator(viewer)?;
    let (user, now, after) = (viewer.id, context.clock.now(), after.unwrap_or(PageCursor::START));
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move { list::page(&mut conn, user, filter, about, after, now).await })
        })
        .await
        .map_err(failed)
}

/// How many cases wait for a decision. For operators only.
pub async fn open(context: &ContextInner, viewer: &Viewer) -> Result<i64> {
    check_operator(viewer)?;
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { list::open(&mut conn, user).await }))
        .await
        .map_err(failed)
}

/// Claims a case for the operator, or gives it back.
pub async fn claim(context: &ContextInner, viewer: &Viewer, id: CaseId, is_claimed: bool) -> Result<Case> {
    check_operator(viewer)?;
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { decide::claim(&mut conn, user, id, is_claimed, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done)
}

/// Decides a case that the operator has claimed. `reason` is what the person concerned is told.
pub async fn decide(
    context: &ContextInner,
    viewer: &Viewer,
    case: CaseId,
    decision: Decision,
    days: Option<i64>,
    reason: &str,
) -> Result<Case> {
    check_operator(viewer)?;
    let reason = match decision {
        Decision::Nothing => String::new(),
        _ => check_decision_reason(reason)?,
    };
    let days = if decision == Decision::Limit { Some(check_days(days)?) } else { None };
    context.limits.change(viewer.id)?;
    let title = match decision {
        Decision::Nothing | Decision::Warn => words::case_told_warn().to_owned(),
        Decision::HideMessage => words::case_told_hide_message().to_owned(),
        Decision::CloseListing => words::case_told_close_listing().to_owned(),
        Decision::CloseRoom => words::case_told_close_room().to_owned(),
        Decision::Limit => words::case_told_limit(days.unwrap_or_default().unsigned_abs()),
        Decision::Suspend => words::case_told_suspend().to_owned(),
    };
    let outcome = match decision {
        Decision::Nothing => words::case_reported_nothing(),
        _ => words::case_reported_acted(),
    };
    let to_person = SystemMessage::Notice { title, text: reason.clone(), link: None };
    let to_reporters = SystemMessage::Notice {
        title: words::case_reported_title().to_owned(),
        text: outcome.to_owned(),
        link: None,
    };
    let new = NewDecision { case, operator: viewer.id, decision, days, reason, to_person, to_reporters };
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { decide::decide(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    answer(done)
}

/// Empties the copies of cases that were decided long ago.
pub async fn empty_old(context: &ContextInner) -> Result<()> {
    let before = context.clock.now().plus(-COPIES_KEPT_MICROS);
    loop {
        let emptied = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { report::empty_old(&mut conn, before, EMPTIED_MAX).await })
            })
            .await
            .map_err(failed)?;
        if emptied < EMPTIED_MAX as u64 {
            return Ok(());
        }
    }
}

fn answer(done: CaseOutcome) -> Result<Case> {
    match done {
        CaseOutcome::Case(case) => Ok(*case),
        CaseOutcome::NoCase => Err(ApiError::not_found(Missing::Page)),
        CaseOutcome::Taken => Err(ApiError::conflict(words::case_refused_taken())),
        CaseOutcome::AdminsOnly => Err(ApiError::forbidden(words::operator_refused_admins_only())),
        CaseOutcome::Unfit => Err(ApiError::invalid("decision", words::case_refused_unfit())),
    }
}
