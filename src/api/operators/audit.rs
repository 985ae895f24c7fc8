//! Server function for the audit log.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        operators::audit::{AuditKind, AuditPage},
        values::page_cursor::PageCursor,
    },
};

/// One page of the audit log, newest first; operators only. `search` is part of the name of the actor or of
/// the affected user.
#[server(prefix = "/rpc", endpoint = "get_audit", input = GetUrl, output = Json)]
pub async fn get_audit(
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<AuditPage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::audit::list(&context, &viewer, kind, search, after).await
}
