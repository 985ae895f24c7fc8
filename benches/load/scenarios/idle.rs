//! 10,000 sockets that say nothing but that they are there: what each takes of the server's memory.

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
/// As often as a browser.
const PINGS_EVERY: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 64;
/// Until what opening took has been given back.
const RESTS_FOR: Duration = Duration::from_secs(3);

pub async fn idle(server: &mut Server, marketplace: &Marketplace) -> Result<Vec<Report>> {
    // A new process, so that nothing is counted that was there before.
    server.restart().await?;
    let users: Vec<_> = marketplace.pairs.iter().flat_map(|pair| &pair.users).collect();
    // As many as the pool of readers and the allocator want once, whoever comes.
    drop(open(server, &users, users.len()).await);
    sleep(RESTS_FOR).await;
    let before = server.memory().ok_or("the system does not tell what memory is used")?;
    let started = Started::now(server);
    let (sockets, measured) = open(server, &users, SOCKETS).await;
    let load = format!("{SOCKETS} sockets opened, {AT_ONCE} at once");
    let opened = Report::new("idle", load, server, &started, measured);
    sleep(RESTS_FOR).await;
    let each = |after: u64| (after - before.min(after)) as f64 / 1_024.0 / SOCKETS as f64;
    let after = each(server.memory().unwrap_or(before));
    let opened = opened.with_check(format!("{after:.1} KiB of memory for each"), sockets.len() == SOCKETS);
    let started = Started::now(server);
    let begin = Instant::now();
    let pings = sockets.into_iter().zip(0..).map(|(mut socket, number)| async move {
        // Spread over the interval, as people are.
        let due = begin + PINGS_EVERY * number / SOCKETS as u32;
        sleep_until(due).await;
        socket.say(&ToServer::Ping).await?;
        while !matches!(socket.hear().await?, ToClient::Pong { .. }) {}
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
    let load = format!("{SOCKETS} sockets, each pings once in {} s", PINGS_EVERY.as_secs());
    let pinged = Report::new("ping", load, server, &started, took.into_iter().collect());
    let after = each(server.memory().unwrap_or(before));
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
        .buffer_unordered(AT_ONCE)
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
