//! Workers of webhooks: one for each endpoint that has something to do, of one node at a time, which holds it by a lease. It sends the
//! events of each lane (a conversation) one after the other, and several lanes at once. At least once: what was sent in the moment
//! of a crash is sent again, with the same id.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use uuid::Uuid;

use super::{
    schedule,
    turn::{self, Done, Lane, Turn},
};
use crate::{
    server::{
        context::Context,
        domain::failed,
        faults,
        store::operators::webhooks::attempts::{self, AttemptResult, Attempted},
        telemetry::metrics,
    },
    shared::{
        errors::Result,
        ids::WebhookId,
        values::time::{SECOND, Timestamp},
    },
};

/// How long an endpoint is a worker's alone. It is renewed while it works.
const LEASE: i64 = 30 * SECOND;
const RENEW_INTERVAL: Duration = Duration::from_secs(8);
/// The longest pause between two looks for work: another node may have collected it, or its time has come.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The pause after a worker that had nothing to do after all.
const IDLE_PAUSE: Duration = Duration::from_secs(5);
/// To have what ends in one moment in one transaction.
const GATHER: Duration = Duration::from_millis(20);

/// Delivers until the server stops.
pub async fn run_in_background(context: Context) {
    let lease = Uuid::now_v7();
    tokio::select! {
        () = context.stopped() => {}
        () = supervise(&context, lease) => {}
    }
    let released = context
        .store
        .write(move |mut conn| Box::pin(async move { attempts::release_all(&mut conn, lease).await }));
    let _ = released.await.map_err(failed);
}

async fn supervise(context: &Context, lease: Uuid) {
    let mut arrivals = context.event_log.arrivals();
    let mut workers: JoinSet<(WebhookId, bool)> = JoinSet::new();
    let mut busy: HashSet<WebhookId> = HashSet::new();
    let mut idle: HashMap<WebhookId, Instant> = HashMap::new();
    loop {
        arrivals.mark_unchanged();
        for id in with_work(context).await.unwrap_or_default() {
            let is_idle = idle.get(&id).is_some_and(|until| *until > Instant::now());
            if !is_idle && busy.insert(id) {
                let context = context.clone();
                workers.spawn(async move { (id, deliver(&context, id, lease).await.unwrap_or(false)) });
            }
        }
        tokio::select! {
            Some(ended) = workers.join_next(), if !workers.is_empty() => match ended {
                Ok((id, true)) => {
                    busy.remove(&id);
                    idle.remove(&id);
                }
                Ok((id, false)) => {
                    busy.remove(&id);
                    idle.insert(id, Instant::now() + IDLE_PAUSE);
                }
                // A worker that panicked is not known by its endpoint.
                Err(_) => busy.clear(),
            },
            _ = arrivals.changed() => idle.clear(),
            () = sleep(CHECK_INTERVAL) => {}
        }
    }
}

async fn with_work(context: &Context) -> Result<Vec<WebhookId>> {
    let now = context.clock.now();
    let read = context
        .store
        .read_one(move |mut conn| Box::pin(async move { attempts::with_work(&mut conn, now).await }));
    read.await.map_err(failed)
}

/// Delivers to one endpoint until there is nothing more to do for now, or somebody else has it. Says whether it attempted anything.
async fn deliver(context: &Context, id: WebhookId, lease: Uuid) -> Result<bool> {
    let mut arrivals = context.event_log.arrivals();
    let mut flights: JoinSet<(Uuid, Vec<Done>)> = JoinSet::new();
    let (mut under_way, mut done, mut has_attempted): (Vec<Uuid>, Vec<Done>, bool) = Default::default();
    loop {
        arrivals.mark_unchanged();
        let until = faults::lease(LEASE);
        let Some(Turn { lanes, has_more, news }) =
            turn::take(context, id, (lease, until), std::mem::take(&mut done), under_way.clone()).await?
        else {
            return Ok(has_attempted);
        };
        news.into_iter().for_each(metrics::count_webhook);
        for lane in lanes {
            under_way.push(lane.id);
            has_attempted = true;
            let context = context.clone();
            flights.spawn(async move { (lane.id, send(&context, lane).await) });
        }
        if flights.is_empty() && !has_more {
            return Ok(has_attempted);
        }
        if flights.is_empty() {
            continue;
        }
        tokio::select! {
            Some(ended) = flights.join_next() => {
                sleep(GATHER).await;
                let mut ended = Some(ended);
                while let Some(one) = ended {
                    // A lane that panicked is given back with the endpoint.
                    let Ok((lane, attempted)) = one else { return Ok(has_attempted) };
                    under_way.retain(|other| *other != lane);
                    done.extend(attempted);
                    ended = flights.try_join_next();
                }
            }
            _ = arrivals.changed() => sleep(GATHER).await,
            () = sleep(RENEW_INTERVAL) => {}
        }
    }
}

/// Sends the events of a lane, until one is not taken.
async fn send(context: &Context, lane: Lane) -> Vec<Done> {
    let mut done = Vec::new();
    for (due, call) in lane.calls {
        let (at, began) = (context.clock.now(), Instant::now());
        let answer = context.webhooks.send(&call, at).await;
        faults::die("after_webhook_was_sent");
        let before = (due.attempts, due.first_at.map(Timestamp));
        let random = due.position.to_le_bytes()[0];
        let result = schedule::result_of(&answer, before, random, context.clock.now());
        let attempted = Attempted {
            position: due.position,
            lane: lane.id,
            at,
            took: i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX),
            status: answer.status.map(i64::from),
            answer: answer.text.clone(),
            result,
        };
        let is_gone = schedule::is_gone(&answer);
        done.push(Done { attempted, is_gone });
        if result != AttemptResult::Taken {
            break;
        }
    }
    done
}
