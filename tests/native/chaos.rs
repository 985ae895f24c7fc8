//! Everything bad at once, for as long as one likes: `script/chaos`.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{
    checker,
    crowd::Crowd,
    invariants::Dice,
    live::{Live, Manner},
    place::{Place, Site},
    proxy::{Fate, Proxy, bad_luck},
    second_client::SecondClient,
    server::{Server, free_address},
    stage::{Mishaps, Stage},
    uploaders::Uploaders,
};

/// Who send files all the time, and the largest of those.
const UPLOADERS: usize = 4;
const FILE_BYTES_MAX: usize = 200_000;
const ROUND: Duration = Duration::from_secs(30);
const CLIENTS: usize = 100;
/// Between two messages of one client, if the one before is answered by then.
const PACE: Duration = Duration::from_millis(5);
const RECEIPTS_EVERY: Duration = Duration::from_millis(400);
/// What a connection carries before its fate befalls it.
const FATE_BYTES: usize = 300_000;
const RELOADS_EACH: usize = 500;
/// One frame in so many is lost, comes twice or late.
const ODD_FRAMES: usize = 200;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// What has been done so far.
#[derive(Default)]
struct Total {
    acked: usize,
    /// Of messages that were acked.
    files: usize,
    answers: usize,
    connections: usize,
    frames: usize,
    odd_frames: usize,
    mishaps: Mishaps,
}

impl Total {
    fn count(&mut self, clients: &[Live]) {
        for client in clients {
            let history = &client.history;
            let answered: HashSet<_> = history.acks.iter().map(|ack| ack.id).collect();
            self.acked += history.made.iter().filter(|made| answered.contains(&made.id)).count();
            self.answers += history.acks.len();
            self.connections += history.connections;
            self.frames += history.frames;
            self.odd_frames += client.odd_frames();
        }
    }

    fn add(&mut self, other: Self) {
        self.acked += other.acked;
        self.files += other.files;
        self.answers += other.answers;
        self.connections += other.connections;
        self.frames += other.frames;
        self.odd_frames += other.odd_frames;
        for (name, count) in other.mishaps {
            *self.mishaps.entry(name).or_default() += count;
        }
    }

    /// Ends of a node's process that it had no part in.
    fn kills(&self) -> usize {
        let is_kill = |name: &str| name.starts_with("kill") || name.starts_with("die");
        self.mishaps.iter().filter(|(name, _)| is_kill(name)).map(|(_, count)| count).sum()
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acked, files, answers, connections, frames, odd_frames, mishaps } = self;
        write!(
            to,
            "{acked} acked messages, {files} files, {answers} answers, {} kills, {connections} connections, {frames} frames, \
             {odd_frames} of them lost, doubled or late",
            self.kills()
        )?;
        mishaps.iter().try_for_each(|(name, count)| write!(to, "; {name}: {count}"))
    }
}

/// What happens in one round, all of it from its seed.
struct Round {
    seed: u64,
    nodes: u64,
    is_quiet: bool,
    has_bad_network: bool,
    frame_luck: Option<(u64, usize)>,
    reloads_each: Option<usize>,
    dice: Dice,
}

impl Round {
    fn of(seed: u64, nodes: Option<u64>) -> Self {
        let mut dice = Dice(seed);
        // Drawn in any case, so that a round is the same where one asks for its set-up.
        let drawn = 1 + seed % 2;
        let is_quiet = dice.below(8) == 0;
        let mut one_in = |count| !is_quiet && dice.below(count) == 0;
        let (has_bad_network, has_luck, reloads) = (one_in(2), one_in(3), one_in(3));
        Self {
            seed,
            nodes: nodes.unwrap_or(drawn),
            is_quiet,
            has_bad_network,
            frame_luck: has_luck.then_some((seed, ODD_FRAMES)),
            reloads_each: reloads.then_some(RELOADS_EACH),
            dice,
        }
    }

    fn words(&self) -> String {
        let words = [
            (self.is_quiet, "quiet"),
            (self.has_bad_network, "bad network"),
            (self.frame_luck.is_some(), "odd frames"),
            (self.reloads_each.is_some(), "reloads"),
        ];
        let said: Vec<_> = words.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word).collect();
        said.join(", ")
    }

    /// Plays it, and gives what was done and what was found.
    async fn play(mut self) -> (Total, Vec<String>) {
        let (words, dice) = (self.words(), &mut self.dice);
        let mut stage = match self.nodes {
            1 => {
                let on_small_disk = dice.below(3) == 0;
                Stage::on_sqlite(dice, on_small_disk).await
            }
            _ => Stage::on_postgres(dice).await,
        };
        let is_calm = Arc::new(AtomicBool::new(!self.has_bad_network));
        let mut urls = Vec::new();
        for address in stage.addresses() {
            urls.push(network(address, dice.below(1_000_000) as u64, is_calm.clone()).await.url());
        }
        let manner = Manner {
            receipts_every: RECEIPTS_EVERY,
            frame_luck: self.frame_luck,
            reloads_each: self.reloads_each,
            ..Manner::default()
        };
        let mut crowd = Crowd::at_nodes(&stage.place, CLIENTS, &urls, PACE, manner).await;
        let mut second = second_client(&stage.place, &mut crowd, &urls, manner).await;
        let uploaders =
            Uploaders::start(&stage.place, UPLOADERS, &urls, (FILE_BYTES_MAX, self.has_bad_network)).await;
        stage.start(Some(&mut *dice).filter(|_| !self.is_quiet)).await;
        let began = Instant::now();
        while began.elapsed() < ROUND {
            sleep(Duration::from_millis(200 + dice.below(2_000) as u64)).await;
            if !self.is_quiet {
                stage.mishap(dice).await;
                stage.start(Some(dice)).await;
            }
        }
        let wrote_for = began.elapsed();
        if !self.is_quiet {
            stage.kill_all();
        }
        is_calm.store(true, Ordering::Relaxed);
        stage.clock_jumps = false;
        stage.start(None).await;
        // The other first, or a hundred that write as fast as they can would keep it from its answers.
        crowd.stop_writing().await;
        if let Some(client) = &mut second {
            client.rest().await;
        }
        let site = Site::at(format!("http://{}", stage.addresses()[0]));
        let (sent, wrong_files) = uploaders.finish(&stage.place, &site).await;
        let clients = crowd.finish().await;
        let (mut others, wrong) = match second {
            Some(client) => client.finish(&stage.place).await,
            None => Default::default(),
        };
        let second_wrote = others.len();
        others.extend(sent.iter().map(|sent| sent.message));
        let checked = Instant::now();
        let mut found = checker::findings_beside(&stage.place, &clients, &others).await;
        found.extend(wrong);
        found.extend(wrong_files);
        if self.nodes > 1 {
            let count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
            let deadlocks: Vec<(i64,)> = stage.place.rows(count).await;
            found.extend((deadlocks != [(0,)]).then(|| format!("(17) deadlocks: {deadlocks:?}")));
        }
        let mut total =
            Total { mishaps: std::mem::take(&mut stage.mishaps), files: sent.len(), ..Total::default() };
        total.count(&clients);
        println!(
            "seed {}, {} node{}, {words}: {total}; {second_wrote} messages of the second client; {:.0} acked/s, at rest after {:.1} s, checked in {:.1} s: {} findings",
            self.seed,
            self.nodes,
            if self.nodes == 1 { "" } else { "s" },
            total.acked as f64 / wrote_for.as_secs_f64(),
            (checked - began - wrote_for).as_secs_f64(),
            checked.elapsed().as_secs_f64(),
            found.len()
        );
        (total, found)
    }
}

/// The client that was written from the document (`tests/clients`), in a conversation with one of the crowd.
async fn second_client(
    place: &Place,
    crowd: &mut Crowd,
    urls: &[String],
    manner: Manner,
) -> Option<SecondClient> {
    let (host, guest) = (place.user("Host of the second").await, place.user("Second").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let mut client = SecondClient::start(place, &guest, conversation, urls.last()?).await?;
    crowd.add(Live::new(place, &host, conversation, urls.first()?).await.with(manner), PACE);
    client.tell("write 1000000");
    Some(client)
}

/// What stands before a node: bad until it is to be calm.
async fn network(server: SocketAddr, seed: u64, is_calm: Arc<AtomicBool>) -> Proxy {
    let mut luck = bad_luck(seed, FATE_BYTES);
    let fate = move || if is_calm.load(Ordering::Relaxed) { Fate::Passes } else { luck() };
    Proxy::before(server, fate).await
}

/// Rounds of half a minute: a hundred people write, through a bad network, to nodes that are killed, or
/// die where it is worst, on a database that is killed, cut off or full. After each round everything has
/// to be right.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: script/chaos"]
async fn d7_a_long_run_of_everything_bad() {
    let (seed, nodes) = (setting("STOA_CHAOS_SEED").unwrap_or(1), setting("STOA_CHAOS_NODES"));
    let messages = setting("STOA_CHAOS_MESSAGES").map_or(usize::MAX, |count| count as usize);
    let rounds = setting("STOA_CHAOS_ROUNDS").unwrap_or(u64::MAX);
    let end = setting("STOA_CHAOS_MINUTES").map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let (began, mut total) = (Instant::now(), Total::default());
    for round in 0..rounds {
        if total.acked >= messages || end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        let round = Round::of(seed + round, nodes);
        let again = format!("script/chaos --seed {} --rounds 1 --nodes {}", round.seed, round.nodes);
        let (done, found) = round.play().await;
        total.add(done);
        assert!(found.is_empty(), "{again}: {found:#?}");
    }
    println!("in total from seed {seed}, in {} s: {total}; 0 findings", began.elapsed().as_secs());
}

/// Everybody's connection ends at once, again and again, while some write.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute and many open files: script/chaos --storm CLIENTS"]
async fn c4_a_storm_of_clients_that_connect_again_gets_all_that_it_missed() {
    const STORMS: usize = 3;
    let count = setting("STOA_CHAOS_STORM").unwrap_or(5_000) as usize;
    let place = Place::new().await;
    let address = free_address().await;
    let manner = Manner {
        patience: Duration::from_secs(60),
        receipts_every: Duration::from_secs(5),
        ..Manner::default()
    };
    let url = [format!("http://{address}")];
    let crowd = Crowd::at_nodes(&place, count, &url, Duration::from_secs(10), manner).await;
    let mut server = Server::start_at(address, &place.database.url, &[]).await;
    for storm in 0..=STORMS {
        if storm > 0 {
            server.kill();
            server = Server::start_at(address, &place.database.url, &[]).await;
        }
        let began = Instant::now();
        crowd.connected(count * (storm + 1)).await;
        println!("{count} clients connected after {:.1} s", began.elapsed().as_secs_f64());
    }
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    let mut total = Total::default();
    total.count(&clients);
    println!("{STORMS} storms: {total}; {} findings", found.len());
    assert!(found.is_empty(), "{found:#?}");
    drop(server);
}
