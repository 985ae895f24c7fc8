//! The audit log, as operators read it, and the events of security, which admins read there too. Commands write
//! both in their own transactions.

use crate::server::domain::{conversations::search_of, failed, users::check_operator};
use crate::{
    server::{
        context::ContextInner,
        store::operators::{audit, security_events},
    },
    shared::{
        errors::{ApiError, Result},
        operators::audit::{AuditKind, AuditPage},
        users::{Viewer, rank::Rank},
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
    let is_security = kind == Some(AuditKind::Security);
    if is_security && viewer.rank != Rank::Admin {
        return Err(ApiError::not_found("page"));
    }
    let search = search_of(context, viewer, search)?;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move {
                let after = after.unwrap_or(PageCursor::START);
                if is_security {
                    security_events::page(&mut conn, &search, after).await
                } else {
                    audit::page(&mut conn, kind, &search, after).await
                }
            })
        })
        .await
        .map_err(failed)
}
