//! The event log (R4): programs follow it by `/api/events`, and endpoints are told of it by webhooks.

pub mod cleanup;
pub mod collector;
pub mod event;

use event::{Event, EventIds};

use crate::{
    server::{
        auth::access::Access,
        context::ContextInner,
        domain::{failed, users::check_admin},
        store::sync::event_log::{self, page},
    },
    shared::{
        errors::{ApiError, Result},
        operators::events::EVENTS_PAGE_MAX,
        users::Viewer,
        values::time::HOUR,
    },
};

/// How often it is kept that somebody follows.
const TOUCH_INTERVAL: i64 = HOUR;

/// A page of events in their order.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventPage {
    pub events: Vec<Event>,
    /// The `after` of the next request. It is there on every page, so that a program can go on from an empty one.
    pub next: String,
    /// Whether there are more events already.
    pub has_more: bool,
}

/// The events after a cursor, which is the id of an event or the `next` of a page; from the oldest that is kept without one. For
/// admins only. Whoever asks first starts the log. A cursor of another history of the database, or from before the oldest event, is a
/// conflict: the program has missed something.
pub async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    access: Access,
    after: Option<&str>,
    limit: i64,
    with_text: bool,
) -> Result<EventPage> {
    check_admin(viewer)?;
    if with_text {
        access.require_event_texts()?;
    }
    if !(1..=EVENTS_PAGE_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("Ask for 1 to {EVENTS_PAGE_MAX} events.")));
    }
    let ids = EventIds::of(&context.epoch);
    let after = after.map(|cursor| ids.parse(cursor)).transpose()?;
    let now = context.clock.now();
    let read = context.store.read(move |mut conn| {
        Box::pin(async move {
            let log = event_log::state(&mut conn).await?;
            let position = after.unwrap_or(log.deleted);
            // One more than the page tells whether there are others.
            let rows = page::after(&mut conn, position, limit + 1).await?;
            Ok((log, rows))
        })
    });
    let (log, mut rows) = read.await.map_err(failed)?;
    if after.is_some_and(|after| after < log.deleted || after > log.position) {
        return Err(ApiError::conflict(
            "This cursor is of another history, or older than 30 days: events may be missing. Read the state anew, and begin without one.",
        ));
    }
    if log.started_at.is_none() || log.read_at < now.plus(-TOUCH_INTERVAL).0 {
        follow(context).await?;
    }
    let has_more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = match rows.last() {
        Some(last) if has_more => last.position,
        _ => log.position,
    };
    let events = rows.into_iter().map(|row| Event::of(row, &ids, with_text)).collect();
    Ok(EventPage { events, next: ids.id(next), has_more })
}

/// Keeps that somebody follows, and starts the log if nobody did.
async fn follow(context: &ContextInner) -> Result<()> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                event_log::start(&mut conn, now).await?;
                event_log::touch(&mut conn, now).await
            })
        })
        .await
        .map_err(failed)?;
    context.event_log.look_again();
    Ok(())
}
