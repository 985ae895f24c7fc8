//! 200 people ask every 3 s for news while there is none: what an idle crowd costs. Measured
//! from when each poll was due.

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

const EVERY: Duration = Duration::from_secs(3);
const PATH: &str = "/api/messages/poll";

pub async fn poll(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Report> {
    let users = &marketplace.users;
    for user in users {
        // Somebody's first poll is a receipt, which is news for others.
        Poller::new(server, user).await?;
    }
    let mut pollers = try_join_all(users.iter().map(|user| Poller::new(server, user))).await?;
    let started = Started::now(server);
    let start = Instant::now();
    let count = pollers.len() as u32;
    let polled = join_all((0..count).zip(&mut pollers).map(|(index, poller)| {
        // Spread over the interval, as people are.
        poller.poll_until(start + EVERY * index / count, start + lasts)
    }))
    .await;
    let load = format!("{count} people, every {} s", EVERY.as_secs());
    Ok(Report::new("poll", load, server, &started, polled.into_iter().flatten().collect()))
}

struct Poller {
    connection: Connection,
    request: Vec<u8>,
    /// What the answer is while there is no news.
    nothing_new: Vec<u8>,
}

impl Poller {
    async fn new(server: &Server, user: &SignedIn) -> Result<Self> {
        let mut connection = Connection::open(&server.address).await?;
        // Without a cursor the answer says where to start.
        let mut cursor = Cursor::of(&connection.ask(&server.get(user, PATH, "identity")).await?.body)?;
        loop {
            let path = format!("{PATH}?epoch={}&since={}", cursor.epoch, cursor.head);
            let request = server.get(user, &path, "gzip, deflate, br");
            let answer = connection.ask(&server.get(user, &path, "identity")).await?;
            let next = Cursor::of(&answer.body)?;
            if next.head == cursor.head {
                let nothing_new = connection.ask(&request).await?.body;
                return Ok(Self { connection, request, nothing_new });
            }
            cursor = next;
        }
    }

    async fn poll_until(&mut self, first: Instant, end: Instant) -> Vec<io::Result<Duration>> {
        let (mut polled, mut due) = (Vec::new(), first);
        while due < end {
            sleep_until(due).await;
            polled.push(self.poll(due).await);
            due += EVERY;
        }
        polled
    }

    async fn poll(&mut self, due: Instant) -> io::Result<Duration> {
        let answer = self.connection.ask(&self.request).await?;
        let is_right = answer.status == 200 && answer.body == self.nothing_new;
        if is_right { Ok(due.elapsed()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

struct Cursor {
    epoch: String,
    head: i64,
}

impl Cursor {
    /// Where an answer, news or reset, leaves off.
    fn of(answer: &[u8]) -> Result<Self> {
        let answer: Value = serde_json::from_slice(answer)?;
        let epoch = answer["epoch"].as_str().ok_or("a poll answered without an epoch")?.to_owned();
        let head =
            answer["to"].as_i64().or(answer["head"].as_i64()).ok_or("a poll answered without a head")?;
        Ok(Self { epoch, head })
    }
}
