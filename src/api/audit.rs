//! The audit log, for operators.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    audit::{AuditKind, AuditPage},
    cursor::Cursor,
    errors::ApiError,
};

/// One page of the audit log, newest first. `search` is part of the name of who did it, or to whom.
#[server(prefix = "/rpc", endpoint = "get_audit", input = GetUrl, output = Json)]
pub async fn get_audit(
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<AuditPage, ApiError> {
    use crate::server::{auth::request, domain};
    let (node, viewer) = request::viewer()?;
    domain::audit::list(&node, &viewer, kind, search, after).await
}
