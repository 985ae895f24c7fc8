//! One transaction of a worker: it keeps what came of attempts, takes new events in, and reads what is to be sent next. An endpoint
//! that wants no more, or has taken nothing for three days, is switched off, and admins are told.

use uuid::Uuid;

use super::schedule::FAILING_MAX;
use crate::{
    server::{
        context::Context,
        domain::{
            failed,
            operators::event_log::event::{Event, EventIds},
        },
        outside::webhooks::Call,
        store::{
            self, Conn,
            notifications::notify::notify_owner,
            operators::webhooks::{
                attempts::{self, AttemptResult, Attempted, Claimed, Due},
                endpoints,
            },
            sync::event_log::page,
        },
    },
    shared::{
        conversations::system_messages::SystemMessage,
        errors::Result,
        ids::WebhookId,
        operators::webhooks::OffReason,
        values::time::{MINUTE, Timestamp},
        words,
    },
};

/// Lanes of an endpoint that are under way at the same time.
const LANES_MAX: usize = 16;
/// Those of an endpoint that has taken nothing for a minute: enough to see that it is back.
const LANES_MAX_FAILING: usize = 2;
/// Deliveries that are read at once, and those of one lane.
const DUE_MAX: i64 = 100;
const LANE_DUE_MAX: usize = 20;
/// An endpoint that was away for longer is sent everything at once when it is back.
const AWAY: i64 = MINUTE;

/// An attempt, and whether the endpoint wants no more.
pub(super) struct Done {
    pub attempted: Attempted,
    pub is_gone: bool,
}

/// What is to be sent next.
pub(super) struct Turn {
    pub lanes: Vec<Lane>,
    pub has_more: bool,
    /// For the metrics: what came of attempts that are kept now.
    pub news: Vec<&'static str>,
}

/// Events that are sent one after the other.
pub(super) struct Lane {
    pub id: Uuid,
    pub calls: Vec<(Due, Call)>,
}

/// `None` if the endpoint is off or has another worker: what came of attempts is not kept then, and they are made again.
pub(super) async fn take(
    context: &Context,
    id: WebhookId,
    (lease, lasts): (Uuid, i64),
    done: Vec<Done>,
    under_way: Vec<Uuid>,
) -> Result<Option<Turn>> {
    let now = context.clock.now();
    let ids = EventIds::of(&context.epoch);
    let is_gone = done.iter().any(|done| done.is_gone);
    let attempted: Vec<Attempted> = done.into_iter().map(|done| done.attempted).collect();
    let news = attempted.iter().map(outcome).collect();
    let written = context.low_priority_store.write_repeatable(move |mut conn| {
        Box::pin(async move {
            let conn = &mut conn;
            let Some(claimed) = attempts::claim(conn, id, lease, now.plus(lasts), now).await? else {
                return Ok(None);
            };
            attempts::record(conn, id, &attempted, now).await?;
            let Some(claimed) = judge(conn, id, claimed, (&attempted, is_gone), now).await? else {
                return Ok(None);
            };
            let has_more = attempts::take_in(conn, id, &claimed, now).await?;
            let is_failing = claimed.failing_since.is_some_and(|since| since <= now.plus(-AWAY).0);
            let lanes_max = if is_failing { LANES_MAX_FAILING } else { LANES_MAX };
            let free = lanes_max.saturating_sub(under_way.len());
            let due = match free {
                0 => Vec::new(),
                _ => attempts::due(conn, id, &under_way, DUE_MAX, now).await?,
            };
            let lanes = lanes(conn, id, &claimed, due, (free, &ids), now).await?;
            if lanes.is_empty() && under_way.is_empty() && !has_more {
                attempts::release(conn, id, lease).await?;
            }
            Ok(Some(Turn { lanes, has_more, news }))
        })
    });
    written.await.map_err(failed)
}

fn outcome(attempted: &Attempted) -> &'static str {
    match attempted.result {
        AttemptResult::Taken => "taken",
        AttemptResult::Later(_) => "later",
        AttemptResult::GivenUp => "given_up",
    }
}

/// Keeps whether the endpoint fails, and switches it off if that is for ever. `None` if it is off.
async fn judge(
    conn: &mut Conn<'_>,
    id: WebhookId,
    claimed: Claimed,
    (attempted, is_gone): (&[Attempted], bool),
    now: Timestamp,
) -> store::Result<Option<Claimed>> {
    let is_taken = attempted.iter().any(|one| one.result == AttemptResult::Taken);
    let since = match claimed.failing_since {
        _ if is_taken => None,
        None => attempted.iter().map(|one| one.at.0).min(),
        since => since,
    };
    if since != claimed.failing_since {
        let was_away = claimed.failing_since.is_some_and(|since| since <= now.plus(-AWAY).0);
        attempts::set_failing(conn, id, since.map(Timestamp), was_away && is_taken, now).await?;
    }
    let is_lost =
        !attempted.is_empty() && since.is_some_and(|since| now >= Timestamp(since).plus(FAILING_MAX));
    let why = match (is_gone, is_lost) {
        (true, _) => OffReason::Gone,
        (_, true) => OffReason::Failing,
        _ => return Ok(Some(Claimed { failing_since: since, ..claimed })),
    };
    if endpoints::disable(conn, id, why, now).await? {
        let host = endpoints::host_of(&claimed.url);
        let (title, text) = match why {
            OffReason::Gone => (words::webhook_notice_gone_title(), words::webhook_notice_gone_text(&host)),
            _ => (words::webhook_notice_failing_title(), words::webhook_notice_failing_text(&host)),
        };
        let link = Some("/operator/webhooks".to_owned());
        let notice = SystemMessage::Notice { title: title.to_owned(), text, link };
        for admin in endpoints::admins(conn).await? {
            notify_owner(conn, admin, &notice, now).await?;
        }
    }
    Ok(None)
}

/// What is due, by lanes, as many as are free. A delivery whose event is no longer kept is given up.
async fn lanes(
    conn: &mut Conn<'_>,
    id: WebhookId,
    claimed: &Claimed,
    due: Vec<Due>,
    (free, ids): (usize, &EventIds),
    now: Timestamp,
) -> store::Result<Vec<Lane>> {
    let mut lanes: Vec<(Uuid, Vec<Due>)> = Vec::new();
    for one in due {
        match lanes.iter().position(|(lane, _)| *lane == one.lane) {
            Some(at) if lanes[at].1.len() < LANE_DUE_MAX => lanes[at].1.push(one),
            Some(_) => {}
            None if lanes.len() < free => lanes.push((one.lane, vec![one])),
            None => {}
        }
    }
    let positions: Vec<i64> = lanes.iter().flat_map(|(_, dues)| dues).map(|due| due.position).collect();
    let events = page::at(conn, &positions).await?;
    let mut bodies: std::collections::HashMap<i64, (String, String)> = std::collections::HashMap::new();
    for row in events {
        let position = row.position;
        let event = Event::of(row, ids, claimed.with_text > 0);
        let body = serde_json::to_string(&event).unwrap_or_default();
        bodies.insert(position, (event.id, body));
    }
    let former =
        claimed.former_secret.clone().filter(|_| claimed.former_until.is_some_and(|until| until > now.0));
    let secrets: Vec<String> = [Some(claimed.secret.clone()), former].into_iter().flatten().collect();
    let mut ready = Vec::new();
    for (lane, dues) in lanes {
        let mut calls = Vec::new();
        for due in dues {
            match bodies.remove(&due.position) {
                Some((event, body)) => {
                    let call = Call { url: claimed.url.clone(), id: event, body, secrets: secrets.clone() };
                    calls.push((due, call));
                }
                None => attempts::record(conn, id, &[lost(&due, now)], now).await?,
            }
        }
        if !calls.is_empty() {
            ready.push(Lane { id: lane, calls });
        }
    }
    Ok(ready)
}

fn lost(due: &Due, now: Timestamp) -> Attempted {
    Attempted {
        position: due.position,
        lane: due.lane,
        at: now,
        took: 0,
        status: None,
        answer: "the event is no longer kept".to_owned(),
        result: AttemptResult::GivenUp,
    }
}
