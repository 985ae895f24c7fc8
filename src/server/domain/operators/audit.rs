//! The audit log, for operators to read. Nothing but the commands themselves writes it.

use crate::server::domain::{conversations::check_search, failed, users::check_operator};
use crate::{
    server::{context::ContextInner, store::operators::audit},
    shared::{
        errors::Result,
        operators::audit::{AuditKind, AuditPage},
        users::Viewer,
        values::page_cursor::Cursor,
    },
};

/// A page of the log, newest first. `search` is part of a name: of who did it, or to whom.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<AuditPage> {
    check_operator(viewer)?;
    let search = check_search(search)?;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(
                async move { audit::page(&mut conn, kind, &search, after.unwrap_or(Cursor::START)).await },
            )
        })
        .await
        .map_err(failed)
}
