//! Scenario `mixed`: HTTP requests of 2,000 users at a fixed rate. 70 % read a thread, 15 % scroll back in
//! one, 15 % send a message. Latency counts from the time at which each request is due.

use std::{cell::Cell, io, time::Duration};

use futures::future::join_all;
use serde_json::json;
use stoa::{
    server::store::Store,
    shared::ids::{ConversationId, MessageId},
};
use tokio::time::{Instant, sleep_until};

use crate::{
    Result,
    client::Pool,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
};

const PEOPLE: usize = 2_000;
const RATE: u64 = 500;
const BODY: &str = "Thank you, that helps. We will be there on Tuesday at six.";
/// Percent of requests that read a thread.
const READS: usize = 70;
/// Percent of requests that scroll back.
const SCROLLS: usize = 15;

pub async fn mixed(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let store = Store::open(database).await?;
    let people = marketplace.couples(&store, PEOPLE).await?;
    let load = MixedLoad { server, people, pool: Pool::new(&server.address), random_state: Cell::new(7) };
    let started = Started::now(server);
    let start = Instant::now();
    let due = (0..RATE * lasts.as_secs()).map(|n| start + Duration::from_secs_f64(n as f64 / RATE as f64));
    let done = join_all(due.enumerate().map(|(number, due)| load.request(number, due))).await;
    let kinds = [("read", 0..READS), ("scroll", READS..READS + SCROLLS), ("send", READS + SCROLLS..100)];
    Ok(kinds
        .into_iter()
        .map(|(name, range)| {
            let of_kind: Measured = done
                .iter()
                .filter(|(kind, _)| range.contains(kind))
                .map(|(_, took)| took.as_ref().map(|took| *took).map_err(|_| ()))
                .collect();
            let load =
                format!("{RATE} requests a second of {PEOPLE} people, {} of a hundred {name}", range.len());
            Report::new(name, load, server, &started, of_kind)
        })
        .collect())
}

struct MixedLoad<'a> {
    server: &'a Server,
    people: Vec<(SignedIn, ConversationId)>,
    pool: Pool<'a>,
    random_state: Cell<u64>,
}

impl MixedLoad<'_> {
    /// Makes one request. Returns its kind as a number below 100, and its latency.
    async fn request(&self, number: usize, due: Instant) -> (usize, io::Result<Duration>) {
        sleep_until(due).await;
        let kind = number * 37 % 100;
        (kind, self.ask(kind, due).await)
    }

    async fn ask(&self, kind: usize, due: Instant) -> io::Result<Duration> {
        let (person, conversation) = &self.people[self.random() % self.people.len()];
        let path = format!("/api/conversations/{conversation}/messages");
        let request = if kind < READS {
            self.server.get(person, &path, "gzip, deflate, br")
        } else if kind < READS + SCROLLS {
            self.server.get(person, &format!("{path}?before_seq=40"), "gzip, deflate, br")
        } else {
            let body = json!({ "id": MessageId::new(), "body": BODY }).to_string();
            self.server.post(person, &path, &body)
        };
        let answer = self.pool.ask(&request).await?;
        if answer.status == 200 { Ok(due.elapsed()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// A pseudorandom number, the same sequence in each run (a linear congruential generator).
    fn random(&self) -> usize {
        let next = self
            .random_state
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.random_state.set(next);
        (next >> 33) as usize
    }
}
