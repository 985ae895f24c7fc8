//! A day of 2,000 people at a fixed rate over HTTP: of a hundred 70 read a thread, 15 scroll back in one,
//! 15 send a message. Measured from when each was due, as the page is.

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
/// Of a hundred requests.
const READS: usize = 70;
const SCROLLS: usize = 15;

pub async fn mixed(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let store = Store::open(database).await?;
    let people = marketplace.couples(&store, PEOPLE).await?;
    let day = Day { server, people, pool: Pool::new(&server.address), dice: Cell::new(7) };
    let started = Started::now(server);
    let start = Instant::now();
    let due = (0..RATE * lasts.as_secs()).map(|n| start + Duration::from_secs_f64(n as f64 / RATE as f64));
    let done = join_all(due.enumerate().map(|(number, due)| day.act(number, due))).await;
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

struct Day<'a> {
    server: &'a Server,
    people: Vec<(SignedIn, ConversationId)>,
    pool: Pool<'a>,
    dice: Cell<u64>,
}

impl Day<'_> {
    /// What was done, as its place in the hundred, and how long it took.
    async fn act(&self, number: usize, due: Instant) -> (usize, io::Result<Duration>) {
        sleep_until(due).await;
        let kind = number * 37 % 100;
        (kind, self.ask(kind, due).await)
    }

    async fn ask(&self, kind: usize, due: Instant) -> io::Result<Duration> {
        let (person, conversation) = &self.people[self.next() % self.people.len()];
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

    /// The same people in each run, in no order.
    fn next(&self) -> usize {
        let next =
            self.dice.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.dice.set(next);
        (next >> 33) as usize
    }
}
