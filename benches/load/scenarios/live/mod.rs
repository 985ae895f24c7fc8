//! Scenarios `live` and `most`: 200 users in pairs, connected by sockets. `live` sends at fixed rates (an
//! open loop): messages leave when they are due, whether or not earlier ones are acknowledged, and latency
//! counts from that time. `most` keeps a window of messages in flight. Afterwards exactly the acknowledged
//! messages must be stored and delivered.

mod client;
mod frames;
mod message_log;

use std::{
    collections::{HashMap, HashSet},
    thread,
    time::{Duration, Instant},
};

use futures::future::join_all;
use stoa::shared::ids::MessageId;
use tokio::{task::spawn_blocking, time::sleep};

use super::send::stored;
use crate::{
    Result,
    client::Connection,
    marketplace::Marketplace,
    report::{Measured, Report, Started},
    server::Server,
};
use client::{Client, connect};
use message_log::SharedLog;

pub use frames::ReceivedFrame;
pub use message_log::Receipts;

const RATES: [u64; 6] = [500, 1_000, 2_000, 4_000, 6_000, 8_000];
/// Messages of each user in flight in `most`: what people have under way, and what shows the server's limit.
const WINDOWS: [usize; 4] = [1, 2, 4, MOST_WINDOW];
pub const MOST_WINDOW: usize = 8;
/// A message that has not arrived within this time counts as lost.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Raises the rate until the server fails, refuses messages or is saturated.
pub async fn live(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for receipts in [Receipts::Delivered, Receipts::DeliveredAndRead] {
        for rate in RATES {
            let step = at_rate(server, marketplace, rate, lasts, receipts, "").await?;
            let is_at_limit =
                step.iter().any(|report| !report.is_right() || report.is_saturated() || report.has_refused());
            reports.extend(step);
            if is_at_limit {
                break;
            }
        }
    }
    Ok(reports)
}

/// Sends at a fixed rate. `suffix` is added to the description of the load.
pub async fn at_rate(
    server: &Server,
    marketplace: &Marketplace,
    rate: u64,
    lasts: Duration,
    receipts: Receipts,
    suffix: &str,
) -> Result<Vec<Report>> {
    let log = SharedLog::default();
    let clients = connect(server, marketplace, &log, receipts, None).await?;
    let started = Started::now(server);
    let senders: Vec<_> = clients.iter().map(|client| client.send.clone()).collect();
    let due_log = log.clone();
    // In a thread of its own, since the runtime's timer has a resolution of a millisecond.
    spawn_blocking(move || {
        let (begin, step) = (Instant::now(), Duration::from_secs(1).div_f64(rate as f64));
        let count = (lasts.as_secs_f64() * rate as f64) as u32;
        for (number, sender) in (0..count).zip(senders.iter().cycle()) {
            let at = begin + step * number;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let id = MessageId::new();
            due_log.lock().expect("nobody panics").due.insert(id, at);
            let _ = sender.send(id);
        }
    })
    .await?;
    wait_until_delivered(&log).await;
    let load =
        format!("{rate} messages a second, {} connected, {}{suffix}", clients.len(), receipts.as_str());
    let reports = finish(["ack", "news"], load, server, &started, clients, log).await?;
    // The plot shows the latency of delivery.
    let with_rate = |report: Report| match report.scenario {
        "news" => report.at_rate(rate, receipts.as_str()),
        _ => report,
    };
    Ok(reports.into_iter().map(with_rate).collect())
}

/// The highest throughput, with and without read receipts.
pub async fn most(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for receipts in [Receipts::Delivered, Receipts::DeliveredAndRead] {
        for window in WINDOWS {
            reports.extend(most_with(server, marketplace, lasts, receipts, window, "").await?);
        }
    }
    Ok(reports)
}

/// Keeps `window` messages of each user in flight. `suffix` is added to the description of the load.
pub async fn most_with(
    server: &Server,
    marketplace: &Marketplace,
    lasts: Duration,
    receipts: Receipts,
    window: usize,
    suffix: &str,
) -> Result<Vec<Report>> {
    let log = SharedLog::default();
    let started = Started::now(server);
    let clients = connect(server, marketplace, &log, receipts, Some(Instant::now() + lasts)).await?;
    for client in &clients {
        for _ in 0..window {
            let id = MessageId::new();
            log.lock().expect("nobody panics").due.insert(id, Instant::now());
            let _ = client.send.send(id);
        }
    }
    sleep(lasts).await;
    wait_until_delivered(&log).await;
    let load = format!("{} connected, each {window} under way, {}{suffix}", clients.len(), receipts.as_str());
    finish(["most", "news"], load, server, &started, clients, log).await
}

/// Waits until every message is acknowledged or refused, and every acknowledged one delivered, or for the
/// timeout.
async fn wait_until_delivered(log: &SharedLog) {
    let until = Instant::now() + DELIVERY_TIMEOUT;
    loop {
        {
            let log = log.lock().expect("nobody panics");
            let is_complete =
                log.acked.len() + log.refused >= log.due.len() && log.delivered.len() >= log.acked.len();
            if is_complete || Instant::now() > until {
                return;
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Compares acknowledged, stored and delivered messages, and disconnects the clients.
async fn finish(
    names: [&'static str; 2],
    load: String,
    server: &Server,
    started: &Started,
    clients: Vec<Client>,
    log: SharedLog,
) -> Result<Vec<Report>> {
    let log = std::mem::take(&mut *log.lock().expect("nobody panics"));
    let measured = |of: &HashMap<MessageId, Duration>| -> Measured {
        // Refused messages (backpressure: the server's queue was full) are no errors.
        let missing = (log.due.len() - of.len()).saturating_sub(log.refused);
        let missing = std::iter::repeat_n(Err(()), missing);
        of.values().copied().map(Ok).chain(missing).collect()
    };
    let acks = Report::new(names[0], load.clone(), server, started, measured(&log.acked));
    let deliveries = Report::new(names[1], load, server, started, measured(&log.delivered));
    let mut stored_ids = HashSet::new();
    let mut connection = Connection::open(&server.address).await?;
    for client in &clients[..clients.len() / 2] {
        let Client { user, conversation, last_seq_before, .. } = client;
        stored_ids.extend(stored(&mut connection, server, user, *conversation, *last_seq_before).await?);
    }
    let lost = log.acked.keys().filter(|id| !stored_ids.contains(id)).count();
    // A message without an acknowledgement in time may be stored or not; no other message may be.
    let (unanswered, surplus): (Vec<&MessageId>, Vec<_>) =
        stored_ids.iter().filter(|id| !log.acked.contains_key(id)).partition(|id| log.due.contains_key(id));
    let undelivered = log.acked.keys().filter(|id| !log.delivered.contains_key(id)).count();
    let check = format!(
        "{} messages acknowledged, {lost} of them lost, {undelivered} not delivered, {} out of order, \
         {} others stored, {} stored without an answer in time, {} told to come again",
        log.acked.len(),
        log.out_of_order,
        surplus.len(),
        unanswered.len(),
        log.refused
    );
    join_all(clients.into_iter().map(|client| {
        client.task.abort();
        client.task
    }))
    .await;
    let deliveries = deliveries
        .with_check(check, lost == 0 && surplus.is_empty() && undelivered == 0 && log.out_of_order == 0)
        .with_refused(log.refused);
    Ok(vec![acks, deliveries])
}
