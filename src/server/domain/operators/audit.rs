//! The audit log, as operators read it. Commands write it in their own transactions.

use crate::server::domain::{conversations::search_of, failed, users::check_operator};
use crate::{
    server::{context::ContextInner, store::operators::audit},
    shared::{
        errors::Result,
        operators::audit::{AuditKind, AuditPage},
        users::Viewer,
        values::page_cursor::PageCursor,
    },
};

/// A page of the log, newest first. `search` matches a part of the actor's or the affected user's name.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<AuditPage> {
    check_operator(viewer)?;
    let search = search_of(context, viewer, search)?;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move {
                audit::page(&mut conn, kind, &search, after.unwrap_or(PageCursor::START)).await
            })
        })
        .await
        .map_err(failed)
}
