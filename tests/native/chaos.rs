//! Everything bad at once, for as long as one likes: `script/chaos --minutes N --seed S`.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    checker,
    crowd::{CLIENTS, Crowd, PACE},
    invariants::Dice,
    place::Place,
    proxy::{Proxy, bad_luck},
    server::{Server, free_address},
};

const ROUND: Duration = Duration::from_secs(30);
const POINTS: [&str; 4] = ["none", "die_in_transaction", "die_before_commit", "die_after_commit"];

/// Rounds of half a minute: fifty people write through a bad network to a server that is killed, or
/// that dies around a commit. After each round everything has to be right.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: script/chaos"]
async fn d7_a_long_run_of_everything_bad() {
    let setting = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (minutes, seed) =
        (setting("STOA_CHAOS_MINUTES").unwrap_or(1), setting("STOA_CHAOS_SEED").unwrap_or(1));
    println!("{minutes} minutes from seed {seed}");
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let mut dice = Dice(seed);
    let mut round = 0;
    while Instant::now() < end {
        round += 1;
        let place = Place::new().await;
        let (address, luck) = (free_address().await, dice.below(1_000_000) as u64);
        let proxy = Proxy::before(address, bad_luck(luck)).await;
        let crowd = Crowd::of_pairs(&place, CLIENTS, &proxy.url(), 4 * PACE).await;
        let mut server = Server::start_at(address, &place.database.url, &[]).await;
        let (mut kills, mut deaths, until) = (0, 0, Instant::now() + ROUND);
        while Instant::now() < until {
            sleep(Duration::from_millis(300 + dice.below(3_000) as u64)).await;
            if server.is_dead() {
                deaths += 1;
            } else {
                server.kill();
                kills += 1;
            }
            let point = [("STOA_FAULT", POINTS[dice.below(POINTS.len())])];
            server = Server::start_at(address, &place.database.url, &point).await;
        }
        server.kill();
        server = Server::start_at(address, &place.database.url, &[]).await;
        let clients = crowd.finish().await;
        let found = checker::findings(&place, &clients).await;
        let connections: usize = clients.iter().map(|client| client.history.connections).sum();
        let (written, answers) = clients.iter().fold((0, 0), |(written, answers), client| {
            (written + client.history.made.len(), answers + client.history.acks.len())
        });
        println!(
            "round {round}: network {luck}, {kills} kills, {deaths} deaths around a commit, {connections} connections, \
             {written} messages written, {answers} answers; at rest and in what {} clients saw: {} findings",
            clients.len(),
            found.len()
        );
        assert!(found.is_empty(), "round {round}: {found:#?}");
        drop(server);
    }
}
