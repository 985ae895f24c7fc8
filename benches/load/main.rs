//! Load test: puts load on a server in another process and prints latencies and throughput (`script/bench`).
//! Figures are never asserted; only wrong responses and lost messages make it fail.

mod client;
mod marketplace;
mod plot;
mod report;
mod scenarios;
mod server;
mod socket;

use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::atomic::Ordering,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use marketplace::Marketplace;
use report::Report;
use server::Server;
use stoa::shared::sync::wire::PROTOCOL;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Puts load on a server in another process and prints how it did.
#[derive(Parser)]
#[command(name = "load")]
struct Options {
    /// What to measure; everything if nothing is named.
    scenarios: Vec<Scenario>,

    /// How long each scenario lasts, in place of its own time.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,

    /// Requests a second of the page.
    #[arg(long, default_value_t = 100, value_name = "N")]
    rate: u64,

    /// Messages a second of the room.
    #[arg(long, default_value_t = 20, value_name = "N")]
    room_rate: u32,

    /// Messages in the database of the search, up to ten million, and searches a second.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    messages: u64,

    #[arg(long, default_value_t = 100, value_name = "N")]
    search_rate: u64,

    /// The server does not index messages: what that costs is the difference.
    #[arg(long)]
    without_search: bool,

    /// The version of the socket's protocol that clients speak.
    #[arg(long, default_value_t = PROTOCOL, value_name = "N")]
    protocol: u32,

    /// An empty database to fill and to measure on: a URL of PostgreSQL. Otherwise a new SQLite file.
    #[arg(long, value_name = "URL")]
    database: Option<String>,

    /// A NATS server: two nodes on the database, each of which has one side of all pairs.
    #[arg(long, value_name = "URL", requires = "database")]
    nats: Option<String>,

    /// Prints JSON lines in place of a table.
    #[arg(long)]
    json: bool,

    /// Draws how long delivery took in `live`, by rate, into this SVG file.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// Set by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// GET /messages at a fixed rate, whether or not answers come.
    Page,
    /// 64 people who each send the next message once the last one is stored.
    Send,
    /// 200 people who each ask every 3 s for news and there is none.
    Poll,
    /// 200 people in pairs on sockets, at fixed rates from 500 messages a second on until they wait;
    /// with receipts of delivery, and once more with those of reading.
    Live,
    /// The same, as many as go, each with one, two, four and eight messages under way.
    Most,
    /// 500 messages a second, alone and while 10,000 people are told something.
    Broadcast,
    /// A room of 500, into which messages are written at a fixed rate.
    Room,
    /// 2,000 people who read, scroll and send over HTTP, 500 requests a second in all.
    Mixed,
    /// Somebody with 10,000 conversations: their first page, 100 a second, and all of them.
    Inbox,
    /// 10,000 sockets that say only that they are there, and what memory they take.
    Idle,
    /// As many messages as go, with 100,000 in the database and with ten million; only if it is named.
    Size,
    /// Searches at a fixed rate in the messages of many people; only if it is named.
    Search,
    /// 2,000 sockets whose server is killed and started again.
    Again,
}

/// Runs on one thread, to leave processor time to the server.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    if !options.bench {
        // `cargo test --all-targets` runs benches too, without `--bench`.
        return ExitCode::SUCCESS;
    }
    match run(options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<bool> {
    socket::SPOKEN.store(options.protocol, Ordering::Relaxed);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("stoa.db").to_string_lossy().into_owned();
    let database = options.database.clone().unwrap_or(file);
    let marketplace = Marketplace::fill(&database).await?;
    // Flushes writes of the fill, so that they do not disturb the measurement.
    Command::new("sync").status()?;
    let mut server = Server::start(&database, options.nats.as_deref(), options.without_search).await?;
    if !options.without_search {
        scenarios::search::indexed(&server, marketplace.viewer()).await?;
    }
    let mut reports = Vec::new();
    for scenario in Scenario::value_variants() {
        let is_long = matches!(scenario, Scenario::Size | Scenario::Search);
        let is_wanted = options.scenarios.is_empty() && !is_long;
        if is_wanted || options.scenarios.contains(scenario) {
            for report in measure(*scenario, &options, &database, &mut server, &marketplace).await? {
                report.print(options.json, reports.is_empty());
                reports.push(report);
            }
        }
    }
    if let Some(file) = &options.plot {
        fs::write(file, plot::svg(&reports))?;
    }
    Ok(reports.iter().all(Report::is_right))
}

async fn measure(
    scenario: Scenario,
    options: &Options,
    database: &str,
    server: &mut Server,
    marketplace: &Marketplace,
) -> Result<Vec<Report>> {
    let lasts = |seconds| Duration::from_secs(options.seconds.unwrap_or(seconds));
    Ok(match scenario {
        Scenario::Page => vec![scenarios::page(server, marketplace, options.rate, lasts(30)).await?],
        Scenario::Send => vec![scenarios::send(server, marketplace, lasts(15)).await?],
        Scenario::Poll => vec![scenarios::poll(server, marketplace, lasts(15)).await?],
        Scenario::Live => scenarios::live(server, marketplace, lasts(15)).await?,
        Scenario::Most => scenarios::most(server, marketplace, lasts(15)).await?,
        Scenario::Broadcast => scenarios::broadcast(server, marketplace, database, lasts(5)).await?,
        Scenario::Room => {
            vec![scenarios::room(server, marketplace, database, options.room_rate, lasts(10)).await?]
        }
        Scenario::Mixed => scenarios::mixed(server, marketplace, database, lasts(15)).await?,
        Scenario::Size => scenarios::size(server, marketplace, database, lasts(15)).await?,
        Scenario::Inbox => scenarios::inbox(server, marketplace, database, lasts(10)).await?,
        Scenario::Idle => scenarios::idle(server, marketplace).await?,
        Scenario::Search => {
            let much = (options.messages, options.search_rate);
            vec![scenarios::search(server, marketplace, database, much, lasts(30)).await?]
        }
        Scenario::Again => vec![scenarios::again(server, marketplace).await?],
    })
}
