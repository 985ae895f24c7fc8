//! 5,000 sockets that say nothing: what each takes of the server's memory.

use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use crate::{
    Result,
    marketplace::Marketplace,
    report::{Measured, Report, Started},
    server::Server,
    socket::Socket,
};

const SOCKETS: usize = 5_000;
const AT_ONCE: usize = 64;
/// Until what opening took has been given back.
const RESTS_FOR: Duration = Duration::from_secs(3);

pub async fn idle(server: &mut Server, marketplace: &Marketplace) -> Result<Report> {
    // A new process, so that nothing is counted that was there before.
    server.restart().await?;
    let users: Vec<_> = marketplace.pairs.iter().flat_map(|pair| &pair.users).collect();
    // As many as the pool of readers and the allocator want once, whoever comes.
    drop(open(server, &users, users.len()).await);
    sleep(RESTS_FOR).await;
    let before = server.memory().ok_or("the system does not tell what memory is used")?;
    let started = Started::now(server);
    let (sockets, measured) = open(server, &users, SOCKETS).await;
    let report_load = format!("{SOCKETS} sockets opened, {AT_ONCE} at once");
    let report = Report::new("idle", report_load, server, &started, measured);
    sleep(RESTS_FOR).await;
    let after = server.memory().unwrap_or(before);
    let each = (after - before.min(after)) as f64 / 1_024.0 / sockets.len().max(1) as f64;
    Ok(report.with_check(format!("{each:.1} KiB of memory for each"), sockets.len() == SOCKETS))
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
