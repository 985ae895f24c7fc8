//! Scenario `page`: GET /messages at a fixed rate (an open loop). Requests leave when they are due, whether
//! or not earlier ones are answered, and latency counts from that time, so that a stalled server cannot hide
//! it (coordinated omission).

use std::{io, time::Duration};

use futures::future::join_all;
use tokio::time::{Instant, sleep_until};

use crate::{
    Result,
    client::{Connection, Pool},
    marketplace::Marketplace,
    report::{Measured, Report, Started},
    server::Server,
};

const PATH: &str = "/messages";
const WARM_UP_REQUESTS: usize = 50;

pub async fn page(server: &Server, marketplace: &Marketplace, rate: u64, lasts: Duration) -> Result<Report> {
    let conversations = check_content(server, marketplace).await?;
    // Accepts compression as browsers do, since it is part of the server's work.
    let request = server.get(marketplace.viewer(), PATH, "gzip, deflate, br");
    let mut connection = Connection::open(&server.address).await?;
    let mut usual_bytes = 0;
    for _ in 0..WARM_UP_REQUESTS {
        usual_bytes = connection.ask(&request).await?.body.len();
    }
    let started = Started::now(server);
    let measured = visits(server, &request, rate, lasts, usual_bytes / 2).await;
    let load =
        format!("{rate} pages/s, {conversations} conversations on each, {usual_bytes} bytes compressed");
    Ok(Report::new("page", load, server, &started, measured))
}

/// Sends one request at a fixed rate. A response of fewer than `min_bytes` is an error.
pub async fn visits(
    server: &Server,
    request: &[u8],
    rate: u64,
    lasts: Duration,
    min_bytes: usize,
) -> Measured {
    let visitors = Visitors { pool: Pool::new(&server.address), request, min_bytes };
    let start = Instant::now();
    let due = (0..rate * lasts.as_secs()).map(|n| start + Duration::from_secs_f64(n as f64 / rate as f64));
    join_all(due.map(|due| visitors.visit(due))).await.into_iter().collect()
}

struct Visitors<'a> {
    pool: Pool<'a>,
    request: &'a [u8],
    min_bytes: usize,
}

impl Visitors<'_> {
    async fn visit(&self, due: Instant) -> io::Result<Duration> {
        sleep_until(due).await;
        let answer = self.pool.ask(self.request).await?;
        let latency = due.elapsed();
        if answer.status != 200 || answer.body.len() < self.min_bytes {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(latency)
    }
}

/// The number of conversations in the page's HTML; an error if there are none.
async fn check_content(server: &Server, marketplace: &Marketplace) -> Result<usize> {
    let request = server.get(marketplace.viewer(), PATH, "identity");
    let answer = Connection::open(&server.address).await?.ask(&request).await?;
    let html = String::from_utf8_lossy(&answer.body);
    let links = marketplace.conversations.iter();
    let count = links.filter(|talk| html.contains(&format!("href=\"{PATH}/{}\"", talk.id))).count();
    if answer.status != 200 || count == 0 {
        return Err(format!("{PATH} answered {} with {count} conversations on it", answer.status).into());
    }
    Ok(count)
}
