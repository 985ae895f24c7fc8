//! The audit log, for operators.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;
use crate::shared::{
    errors::ApiError,
    operators::audit::{AuditKind, AuditPage},
    values::page_cursor::Cursor,
};

/// One page of the audit log, newest first. `search` is part of the name of who did it, or to whom.
#[server(prefix = "/rpc", endpoint = "get_audit", input = GetUrl, output = Json)]
pub async fn get_audit(
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<AuditPage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::audit::list(&context, &viewer, kind, search, after).await
}
