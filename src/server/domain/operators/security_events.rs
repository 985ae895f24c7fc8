//! Events of security as admins see them: looking for some, and exporting what was found.

use serde_json::json;
use tokio::sync::mpsc::Sender;

use crate::{
    server::{
        context::{Context, ContextInner},
        domain::{
            conversations::search_of,
            failed,
            users::{
                check_operator,
                personal_data::export::{ExportError, ExportPlace, send},
                reauthentication,
            },
        },
        store::operators::{
            audit::{self, AuditEntry},
            security_events::{self, EventQuery, ExportedEvent},
        },
    },
    shared::{
        errors::{ApiError, Result},
        operators::{
            audit::{AuditPage, USER_EXPORT_EVENTS},
            security_events::{EVENT_MAX_CHARS, EventFilter, EventsFormat},
        },
        users::{Viewer, rank::Rank},
        values::{
            dates::Day,
            page_cursor::PageCursor,
            time::{DAY, Timestamp},
        },
        words,
    },
};

/// Events in a file. Whoever needs more exports by dates.
pub const EXPORTED_MAX: usize = 100_000;
const EXPORT_PAGE: i64 = 500;

/// A page of events, newest first. For admins.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    filter: EventFilter,
    after: Option<PageCursor>,
) -> Result<AuditPage> {
    let query = check(context, viewer, filter)?;
    let _turn = context.search_turn(&query.search).await;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move {
                security_events::page(&mut conn, &query, after.unwrap_or(PageCursor::START)).await
            })
        })
        .await
        .map_err(failed)
}

/// Checks that the viewer may export these events now, having proved of late who they are, and writes it into the audit log. `token` is
/// that of the current session.
pub async fn begin_export(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    filter: EventFilter,
) -> Result<(EventQuery, ExportPlace)> {
    let detail = filter.summary();
    let query = check(context, viewer, filter)?;
    reauthentication::check(context, token).await?;
    let place = ExportPlace::take()?;
    context.limits.export(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let action = USER_EXPORT_EVENTS.to_owned();
                let entry = AuditEntry { user, action, order: None, conversation: None, other: None, detail };
                audit::add(&mut conn, entry, now).await
            })
        })
        .await
        .map_err(failed)?;
    Ok((query, place))
}

/// Writes the events, newest first, at most [`EXPORTED_MAX`].
pub async fn write(
    context: &Context,
    (query, _place): (EventQuery, ExportPlace),
    format: EventsFormat,
    to: &Sender<String>,
) -> std::result::Result<(), ExportError> {
    if format == EventsFormat::Csv {
        send(to, csv_line(["at", "user_id", "name", "event", "result", "ip", "client", "detail"])).await?;
    }
    let (mut after, mut left) = (PageCursor::START, EXPORTED_MAX);
    loop {
        let (query, limit) = (query.clone(), EXPORT_PAGE.min(left as i64));
        let events = context
            .low_priority_store
            .read(move |mut conn| {
                Box::pin(async move { security_events::exported(&mut conn, &query, after, limit).await })
            })
            .await
            .map_err(failed)?;
        left -= events.len();
        let is_last = (events.len() as i64) < EXPORT_PAGE || left == 0;
        after = events.last().map_or(after, |event| event.cursor);
        send(to, events.into_iter().map(|event| line(event, format)).collect()).await?;
        if is_last {
            return Ok(());
        }
    }
}

fn line(event: ExportedEvent, format: EventsFormat) -> String {
    let at = event.cursor.at.to_rfc3339();
    let result = if event.event.ends_with("_refused") { "refused" } else { "done" };
    let (id, name) = event.user.map(|(id, name)| (id.to_string(), name)).unzip();
    match format {
        EventsFormat::Csv => csv_line([
            &at,
            id.as_deref().unwrap_or_default(),
            name.as_deref().unwrap_or_default(),
            &event.event,
            result,
            &event.client_ip,
            &event.client,
            &event.detail,
        ]),
        EventsFormat::Ndjson => {
            let line = json!({
                "at": at, "user_id": id, "name": name, "event": event.event, "result": result,
                "ip": event.client_ip, "client": event.client, "detail": event.detail,
            });
            format!("{line}\n")
        }
    }
}

/// A line of RFC 4180. A value that a spreadsheet would take for a formula gets a quote in front.
fn csv_line(values: [&str; 8]) -> String {
    let field = |value: &str| {
        let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guarded = if is_formula { format!("'{value}") } else { value.to_owned() };
        if guarded.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", guarded.replace('"', "\"\""))
        } else {
            guarded
        }
    };
    values.map(field).join(",") + "\r\n"
}

fn check(context: &ContextInner, viewer: &Viewer, filter: EventFilter) -> Result<EventQuery> {
    check_operator(viewer)?;
    if viewer.rank != Rank::Admin {
        return Err(ApiError::forbidden(words::operator_refused_admins_only()));
    }
    let is_name = |event: &str| event.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if filter.event.len() > EVENT_MAX_CHARS || !is_name(&filter.event) {
        return Err(ApiError::invalid("event", words::events_refused_filter()));
    }
    let is_refused = match &*filter.result {
        "" => None,
        "refused" => Some(true),
        "done" => Some(false),
        _ => return Err(ApiError::invalid("result", words::events_refused_filter())),
    };
    let from = start_of("from", &filter.from)?.unwrap_or(Timestamp(i64::MIN));
    let to = start_of("to", &filter.to)?.map_or(Timestamp(i64::MAX), |day| day.plus(DAY));
    let search = search_of(context, viewer, Some(filter.q))?;
    let event = Some(filter.event).filter(|event| !event.is_empty());
    Ok(EventQuery { search, event, is_refused, from, to })
}

/// The start of a day in UTC; `None` of an empty field.
fn start_of(field: &str, text: &str) -> Result<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Day = text.parse().map_err(|_| ApiError::invalid(field, words::events_refused_day()))?;
    Ok(Some(Timestamp(day.0 * DAY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_a_spreadsheet_takes_no_value_for_a_formula() {
        let line = csv_line(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a,b", "say \"hi\"", "plain"]);
        assert_eq!(line, "'=1+1,'+1,'-1,'@SUM(A1),'\tx,\"a,b\",\"say \"\"hi\"\"\",plain\r\n");
    }
}
