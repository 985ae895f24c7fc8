//! Server functions for reports, and for the desk's queue of them.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::{CaseId, ReportId},
    operators::cases::{Case, CaseAbout, CaseFilter, CasePage, Decision, ReportReason},
    values::page_cursor::PageCursor,
};

/// Reports a message, conversation, person, listing or room. A plain form post is redirected to a page that says so.
#[server(prefix = "/rpc", endpoint = "report", output = Json)]
pub async fn report(
    report_id: ReportId,
    about: CaseAbout,
    subject_id: uuid::Uuid,
    reason: ReportReason,
    #[server(default)] text: String,
) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::users::reports;
    let (context, viewer) = request::viewer_or_sign_in("/messages")?;
    reports::report(&context, &viewer, report_id, about, subject_id, reason, &text).await?;
    request::redirect_form_to("/report?done=yes");
    Ok(())
}

/// A page of the desk's queue, newest case first; operators only.
#[server(prefix = "/rpc", endpoint = "get_cases", input = GetUrl, output = Json)]
pub async fn get_cases(
    #[server(default)] filter: CaseFilter,
    about: Option<CaseAbout>,
    after: Option<PageCursor>,
) -> Result<CasePage, ApiError> {
    use super::request;
    use crate::server::domain::operators::cases;
    let (context, viewer) = request::viewer()?;
    cases::page(&context, &viewer, filter, about, after).await
}

/// How many cases wait for a decision; operators only.
#[server(prefix = "/rpc", endpoint = "get_case_count", input = GetUrl, output = Json)]
pub async fn get_case_count() -> Result<i64, ApiError> {
    use super::request;
    use crate::server::domain::operators::cases;
    let (context, viewer) = request::viewer()?;
    cases::open(&context, &viewer).await
}

/// Claims a case for half an hour, or gives it back; operators only.
#[server(prefix = "/rpc", endpoint = "claim_case", output = Json)]
pub async fn claim_case(case_id: CaseId, is_claimed: bool) -> Result<Case, ApiError> {
    use super::request;
    use crate::server::domain::operators::cases;
    let (context, viewer) = request::viewer_or_sign_in("/operator/reports")?;
    let case = cases::claim(&context, &viewer, case_id, is_claimed).await?;
    request::redirect_form_to("/operator/reports");
    Ok(case)
}

/// Decides a case that the operator has claimed. `text` is what the person concerned is told.
#[server(prefix = "/rpc", endpoint = "decide_case", output = Json)]
pub async fn decide_case(
    case_id: CaseId,
    decision: Decision,
    #[server(default)] days: String,
    #[server(default)] text: String,
) -> Result<Case, ApiError> {
    use super::request;
    use crate::server::domain::operators::cases;
    let (context, viewer) = request::viewer_or_sign_in("/operator/reports")?;
    let days = days.trim();
    // What is no number is refused as one that is too small.
    let days = (!days.is_empty()).then(|| days.parse().unwrap_or_default());
    let case = cases::decide(&context, &viewer, case_id, decision, days, &text).await?;
    request::redirect_form_to("/operator/reports");
    Ok(case)
}
