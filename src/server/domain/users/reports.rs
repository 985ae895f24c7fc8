//! Reports: a user tells the desk of a message, conversation, person, listing or room.

use uuid::Uuid;

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::operators::cases::report::{self, NewReport, ReportOutcome},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::ReportId,
        operators::cases::{CaseAbout, ReportReason, check_report_text},
        users::Viewer,
    },
};

/// Stores a report under an id that the client chose, with a copy of what it is about. Idempotent. What the viewer can't see is
/// not found, as is what is their own.
pub async fn report(
    context: &ContextInner,
    viewer: &Viewer,
    id: ReportId,
    about: CaseAbout,
    subject: Uuid,
    reason: ReportReason,
    text: &str,
) -> Result<()> {
    if id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("report_id", "A report's id is a UUID of version 7."));
    }
    let text = check_report_text(text)?;
    context.limits.case_report(viewer.id)?;
    let now = context.clock.now();
    let new = NewReport { id, by: viewer.id, about, subject, reason, text };
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { report::report(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    match done {
        ReportOutcome::Stored => Ok(()),
        ReportOutcome::Conflict => Err(ApiError::conflict("Another report has this id.")),
        ReportOutcome::NoSubject => Err(ApiError::not_found(match about {
            CaseAbout::Message => Missing::Message,
            CaseAbout::Conversation => Missing::Conversation,
            CaseAbout::User => Missing::Person,
            CaseAbout::Listing => Missing::Listing,
            CaseAbout::Room => Missing::Room,
        })),
    }
}
