//! Scenario `poll`: 200 users poll every 3 s for updates while there are none, which is the cost of idle
//! clients. Latency counts from the time at which each poll is due.

use std::{io, time::Duration};

use futures::future::{join_all, try_join_all};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    report::{Report, Started},
    server::Server,
};

const POLL_INTERVAL: Duration = Duration::from_secs(3);
const PATH: &str = "/api/messages/poll";

pub async fn poll(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Report> {
    let users = &marketplace.users;
    for user in users {
        // A user's first poll is a delivery receipt, which is an update for others.
        Poller::new(server, user).await?;
    }
    let mut pollers = try_join_all(users.iter().map(|user| Poller::new(server, user))).await?;
    let started = Started::now(server);
    let start = Instant::now();
    let count = pollers.len() as u32;
    let polled = join_all((0..count).zip(&mut pollers).map(|(index, poller)| {
        // Spread evenly over the interval.
        poller.poll_until(start + POLL_INTERVAL * index / count, start + lasts)
    }))
    .await;
    let load = format!("{count} people, every {} s", POLL_INTERVAL.as_secs());
    Ok(Report::new("poll", load, server, &started, polled.into_iter().flatten().collect()))
}

struct Poller {
    connection: Connection,
    request: Vec<u8>,
    /// The response while there are no updates.
    empty_response: Vec<u8>,
}

impl Poller {
    async fn new(server: &Server, user: &SignedIn) -> Result<Self> {
        let mut connection = Connection::open(&server.address).await?;
        // Without a cursor the response contains the one to start from.
        let mut cursor = Cursor::of(&connection.ask(&server.get(user, PATH, "identity")).await?.body)?;
        loop {
            let path = format!("{PATH}?epoch={}&since={}", cursor.epoch, cursor.head);
            let request = server.get(user, &path, "gzip, deflate, br");
            let answer = connection.ask(&server.get(user, &path, "identity")).await?;
            let next = Cursor::of(&answer.body)?;
            if next.head == cursor.head {
                let empty_response = connection.ask(&request).await?.body;
                return Ok(Self { connection, request, empty_response });
            }
            cursor = next;
        }
    }

    async fn poll_until(&mut self, first: Instant, end: Instant) -> Vec<io::Result<Duration>> {
        let (mut polled, mut due) = (Vec::new(), first);
        while due < end {
            sleep_until(due).await;
            polled.push(self.poll(due).await);
            due += POLL_INTERVAL;
        }
        polled
    }

    async fn poll(&mut self, due: Instant) -> io::Result<Duration> {
        let answer = self.connection.ask(&self.request).await?;
        let is_right = answer.status == 200 && answer.body == self.empty_response;
        if is_right { Ok(due.elapsed()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

struct Cursor {
    epoch: String,
    head: i64,
}

impl Cursor {
    /// The cursor after a response, which contains updates or a reset.
    fn of(answer: &[u8]) -> Result<Self> {
        let answer: Value = serde_json::from_slice(answer)?;
        let epoch = answer["epoch"].as_str().ok_or("a poll answered without an epoch")?.to_owned();
        let head =
            answer["to"].as_i64().or(answer["head"].as_i64()).ok_or("a poll answered without a head")?;
        Ok(Self { epoch, head })
    }
}
