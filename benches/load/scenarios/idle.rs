//! Scenario `idle`: 10,000 sockets that send only heartbeats. Measures the server's memory for each.

use std::time::Duration;

use futures::{StreamExt, future::join_all, stream};
use stoa::shared::sync::wire::{ToClient, ToServer};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    Result,
    marketplace::Marketplace,
    report::{Measured, Report, Started},
    server::Server,
    socket::Socket,
};

const SOCKETS: usize = 10_000;
/// The heartbeat interval of a browser.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const CONCURRENT_OPENS: usize = 64;
/// Time for the server to free the memory that opening took.
const SETTLE_TIME: Duration = Duration::from_secs(3);

pub async fn idle(server: &mut Server, marketplace: &Marketplace) -> Result<Vec<Report>> {
    // A new process, without memory of earlier scenarios.
    server.restart().await?;
    let users: Vec<_> = marketplace.pairs.iter().flat_map(|pair| &pair.users).collect();
    // Opens some sockets first, so that one-time allocations (reader pool, allocator arenas) are not counted.
    drop(open(server, &users, users.len()).await);
    sleep(SETTLE_TIME).await;
    let before = server.memory_bytes().ok_or("the system does not tell what memory is used")?;
    let started = Started::now(server);
    let (sockets, measured) = open(server, &users, SOCKETS).await;
    let load = format!("{SOCKETS} sockets opened, {CONCURRENT_OPENS} at once");
    let opened = Report::new("idle", load, server, &started, measured);
    sleep(SETTLE_TIME).await;
    let kib_each = |after: u64| (after - before.min(after)) as f64 / 1_024.0 / SOCKETS as f64;
    let after = kib_each(server.memory_bytes().unwrap_or(before));
    let opened = opened.with_check(format!("{after:.1} KiB of memory for each"), sockets.len() == SOCKETS);
    let started = Started::now(server);
    let begin = Instant::now();
    let pings = sockets.into_iter().zip(0..).map(|(mut socket, number)| async move {
        // Spread evenly over the interval.
        let due = begin + PING_INTERVAL * number / SOCKETS as u32;
        sleep_until(due).await;
        socket.send(&ToServer::Ping).await?;
        while !matches!(socket.receive().await?, ToClient::Pong { .. }) {}
        Ok((due.elapsed(), socket))
    });
    let (mut sockets, mut took) = (Vec::new(), Vec::new());
    for pinged in join_all(pings).await {
        let pinged: Result<(Duration, Socket)> = pinged;
        took.push(pinged.map(|(took, socket)| {
            sockets.push(socket);
            took
        }));
    }
    let load = format!("{SOCKETS} sockets, each pings once in {} s", PING_INTERVAL.as_secs());
    let pinged = Report::new("ping", load, server, &started, took.into_iter().collect());
    let after = kib_each(server.memory_bytes().unwrap_or(before));
    let pinged = pinged.with_check(format!("{after:.1} KiB of memory for each"), sockets.len() == SOCKETS);
    Ok(vec![opened, pinged])
}

async fn open(
    server: &Server,
    users: &[&crate::marketplace::SignedIn],
    count: usize,
) -> (Vec<Socket>, Measured) {
    let opened: Vec<Result<(Duration, Socket)>> = stream::iter(users.iter().cycle().take(count))
        .map(|user| async move {
            let start = Instant::now();
            let socket = Socket::open(&server.address, user).await?;
            Ok((start.elapsed(), socket))
        })
        .buffer_unordered(CONCURRENT_OPENS)
        .collect()
        .await;
    let (mut sockets, mut took) = (Vec::new(), Vec::new());
    for opened in opened {
        took.push(opened.map(|(took, socket)| {
            sockets.push(socket);
            took
        }));
    }
    (sockets, took.into_iter().collect())
}
