//! The server is killed again and again while fifty people write. STOA_KILL_SECONDS says for how
//! long; `script/test` takes the 60 s in which it dies at least 20 times.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    checker,
    crowd::{CLIENTS, Crowd, PACE},
    invariants::Dice,
    place::Place,
    server::{Server, free_address},
};

const SECONDS: u64 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_server_killed_again_and_again_loses_and_doubles_nothing() {
    let seconds = std::env::var("STOA_KILL_SECONDS").ok().and_then(|text| text.parse().ok());
    let seconds: u64 = seconds.unwrap_or(SECONDS);
    let place = Place::new().await;
    let address = free_address().await;
    // Before the server starts: a database has one server.
    let crowd = Crowd::of_pairs(&place, CLIENTS, &format!("http://{address}"), 4 * PACE).await;
    let mut server = Server::start_at(address, &place.database.url, &[]).await;
    let (mut dice, mut kills) = (Dice(7), 0);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(200 + dice.below(1_800) as u64)).await;
        server.kill();
        kills += 1;
        server = Server::start_at(server.address, &place.database.url, &[]).await;
    }
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    let sent: usize = clients.iter().map(|client| client.history.acks.len()).sum();
    let connections: usize = clients.iter().map(|client| client.history.connections).sum();
    println!("{kills} kills, {connections} connections, {sent} answers in {seconds} s");
    assert!(found.is_empty(), "{found:#?}");
    assert!(kills >= seconds / 3, "{kills} kills");
    assert!(clients.iter().all(|client| client.history.acks.len() > 5 && client.history.connections > 1));
}
