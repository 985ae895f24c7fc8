//! The server is killed and started again while 2,000 are connected: how long each is without it.

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
/// Between two attempts of one client, which all begin at the same moment.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
const BACK_WITHIN: Duration = Duration::from_secs(60);

pub async fn again(server: &mut Server, marketplace: &Marketplace) -> Result<Report> {
    let users: Vec<_> = marketplace.pairs.iter().flat_map(|pair| &pair.users).cloned().collect();
    let address = server.address.clone();
    let (killed, gone) = watch::channel(None::<Instant>);
    let mut clients = Vec::new();
    for user in users.iter().cycle().take(SOCKETS) {
        let socket = Socket::open(&address, user).await?;
        clients.push(tokio::spawn(be_back(socket, address.clone(), user.clone(), gone.clone())));
    }
    killed.send_replace(Some(Instant::now()));
    server.restart().await?;
    // Of the new process.
    let started = Started::now(server);
    let back = join_all(clients)
        .await
        .into_iter()
        .map(|client| client.unwrap_or_else(|error| Err(error.to_string())));
    let measured = back.collect();
    let load = format!("{SOCKETS} sockets, from the kill until each is welcome again");
    Ok(Report::new("again", load, server, &started, measured))
}

/// From the moment at which the server was killed.
async fn be_back(
    mut socket: Socket,
    address: String,
    user: SignedIn,
    gone: watch::Receiver<Option<Instant>>,
) -> std::result::Result<Duration, String> {
    while socket.hear().await.is_ok() {}
    let killed = gone.borrow().ok_or("the socket ended before the server was killed")?;
    let back = async {
        while Socket::open(&address, &user).await.is_err() {
            sleep(AGAIN_AFTER).await;
        }
    };
    timeout(BACK_WITHIN, back).await.map_err(|_| "not back in time".to_owned())?;
    Ok(killed.elapsed())
}
