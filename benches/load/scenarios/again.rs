//! Scenario `again`: the server is killed and restarted while 2,000 sockets are connected. Measures the time
//! until each is reconnected (thundering herd).

use std::time::Duration;

use futures::future::join_all;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    Result,
    marketplace::{Marketplace, SignedIn},
    report::{Report, Started},
    server::Server,
    socket::Socket,
};

const SOCKETS: usize = 2_000;
/// The pause between a client's attempts, without jitter: all clients start at the same time.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(60);

pub async fn again(server: &mut Server, marketplace: &Marketplace) -> Result<Report> {
    let users: Vec<_> = marketplace.pairs.iter().flat_map(|pair| &pair.users).cloned().collect();
    let address = server.address.clone();
    let (kill_time, killed) = watch::channel(None::<Instant>);
    let mut clients = Vec::new();
    for user in users.iter().cycle().take(SOCKETS) {
        let socket = Socket::open(&address, user).await?;
        clients.push(tokio::spawn(reconnect(socket, address.clone(), user.clone(), killed.clone())));
    }
    kill_time.send_replace(Some(Instant::now()));
    server.restart().await?;
    // Measures the processor time of the new process.
    let started = Started::now(server);
    let reconnected = join_all(clients)
        .await
        .into_iter()
        .map(|client| client.unwrap_or_else(|error| Err(error.to_string())));
    let measured = reconnected.collect();
    let load = format!("{SOCKETS} sockets, from the kill until each is welcome again");
    Ok(Report::new("again", load, server, &started, measured))
}

/// Waits until the socket ends, then reconnects. Returns the time since the server was killed.
async fn reconnect(
    mut socket: Socket,
    address: String,
    user: SignedIn,
    killed: watch::Receiver<Option<Instant>>,
) -> std::result::Result<Duration, String> {
    while socket.receive().await.is_ok() {}
    let killed = killed.borrow().ok_or("the socket ended before the server was killed")?;
    let reconnected = async {
        while Socket::open(&address, &user).await.is_err() {
            sleep(RETRY_INTERVAL).await;
        }
    };
    timeout(RECONNECT_TIMEOUT, reconnected).await.map_err(|_| "not back in time".to_owned())?;
    Ok(killed.elapsed())
}
