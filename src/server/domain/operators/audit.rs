//! The audit log, as operators read it. Commands write it in their own transactions.

use super::security_events;
use crate::server::domain::{conversations::search_of, failed, users::check_operator};
use crate::{
    server::{
        context::ContextInner,
        store::operators::audit::{self, AuditEntry},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        operators::{
            audit::{AuditKind, AuditPage},
            security_events::EventFilter,
        },
        users::{Viewer, rank::Rank},
        values::{page_cursor::PageCursor, time::HOUR},
    },
};

/// Pages of one list with one search belong to the same look for this long.
const LOOK_WINDOW_MICROS: i64 = HOUR;

/// A page of the log, newest first. `search` matches a part of the actor's or the affected user's name.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    kind: Option<AuditKind>,
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<AuditPage> {
    check_operator(viewer)?;
    if kind == Some(AuditKind::Security) {
        if viewer.rank != Rank::Admin {
            return Err(ApiError::not_found(Missing::Page));
        }
        let filter = EventFilter { q: search.unwrap_or_default(), ..EventFilter::default() };
        return security_events::list(context, viewer, filter, after).await;
    }
    let search = search_of(context, viewer, search)?;
    let _turn = context.search_turn(&search).await;
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

/// Records that an operator looks through a list, with the search: once an hour, whichever page they begin with.
/// If nothing can be stored nothing is shown.
pub(super) async fn record_look(
    context: &ContextInner,
    viewer: &Viewer,
    action: &'static str,
    search: &str,
) -> Result<()> {
    let (user, now, sought) = (viewer.id, context.clock.now(), search.to_owned());
    let since = now.plus(-LOOK_WINDOW_MICROS);
    let has_entry = context.store.read_one(move |mut conn| {
        Box::pin(async move { audit::has_entry(&mut conn, user, action, &sought, since).await })
    });
    if has_entry.await.map_err(failed)? {
        return Ok(());
    }
    let (action, detail) = (action.to_owned(), search.to_owned());
    let write = context.store.write(move |mut conn| {
        Box::pin(async move {
            let entry = AuditEntry { user, action, order: None, conversation: None, other: None, detail };
            audit::add(&mut conn, entry, now).await
        })
    });
    write.await.map_err(failed)
}
