//! Command line -> configuration -> store -> router -> serve.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use leptos::config::get_config_from_str;
use stoa::{
    app::Assets,
    server::{
        accounts, assets,
        config::{Cli, Command, Demo, Done, Serve},
        demo, listen,
        node::Node,
        router::router,
        sockets,
        store::{Store, backups, shown},
        upkeep,
    },
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Hashing a password takes 19 MiB for a moment; this allocator gives them back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What still runs when all is done (a password that is hashed) is not waited for longer.
const END_WITHIN: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("stoa: can't start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(run());
    runtime.shutdown_timeout(END_WITHIN);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("stoa: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Done {
    match Cli::parse().command {
        Command::Serve(config) => serve(config).await,
        Command::Demo(demo) => fill_demo(&demo).await,
        Command::Copy(copy) => upkeep::copy(copy).await,
        Command::Backup(backup) => upkeep::back_up(backup).await,
        Command::Restore(restore) => upkeep::restore(restore).await,
        Command::User(user) => accounts::change(user).await,
    }
}

async fn serve(config: Serve) -> Done {
    start_log(&config);
    // Before anybody can connect: from then on a request to stop is never the end at once.
    let told_to_stop = stop_signals().map_err(|error| format!("can't listen for signals: {error}"))?;
    // Built in, so that the binary runs anywhere.
    let leptos = get_config_from_str(include_str!("../Leptos.toml")).map_err(|error| error.to_string())?;
    let _claim = backups::claim(&config.database.database).map_err(|error| error.to_string())?;
    let store = Store::open(&config.database.database).await?;
    let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(|error| {
        format!("can't listen on {}: {error}; choose another with --listen", config.listen)
    })?;
    let assets =
        assets::find().or_else(without_site).ok_or("the site is not built; run `script/build` first")?;
    tracing::info!(address = %config.listen, database = %shown(&config.database.database), "listening");
    let node = Node::start(store, config, assets, leptos).await?;
    let stopping = node.stopping.clone();
    let stop = async move {
        told_to_stop.await;
        tracing::info!("stopping: no new requests, the running ones are finished");
        stopping.send_replace(true);
    };
    listen::serve(listener, router(node.clone()), stop).await;
    sockets::finish(&node).await;
    Ok(())
}

/// In development sockets and the API can be tried without the pages.
fn without_site() -> Option<Assets> {
    cfg!(debug_assertions).then(|| {
        tracing::warn!("the site is not built: pages come without script and style");
        Assets::default()
    })
}

async fn fill_demo(config: &Demo) -> Done {
    let database = &config.database.database;
    demo::fill(&Store::open(database).await?, config.long).await.map_err(|error| error.to_string())?;
    println!("The demo marketplace is in {}.", shown(database));
    Ok(())
}

fn start_log(config: &Serve) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    if config.log_json { log.json().init() } else { log.init() }
}

/// Ready at Ctrl-C, or at what a service manager sends; heard from now on.
fn stop_signals() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
