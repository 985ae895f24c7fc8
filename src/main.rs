//! Command line -> configuration -> store -> router -> serve.

use std::{net::SocketAddr, process::ExitCode, sync::atomic::Ordering, time::Duration};

use clap::Parser;
use leptos::config::get_config_from_str;
use stoa::{
    app::Assets,
    server::{
        background,
        commands::{demo, doctor, maintenance, users},
        config::{Cli, Command, Demo, Done, Serve},
        context::Context,
        realtime,
        store::{Store, engine::backup, shown},
        telemetry::log,
    },
    web::{assets, listener, metrics_endpoint, router::router, state::SiteState},
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

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
        Command::Doctor(config) => doctor::examine(&config).await,
        Command::Demo(demo) => fill_demo(&demo).await,
        Command::Copy(copy) => maintenance::copy(copy).await,
        Command::Backup(backup) => maintenance::back_up(backup).await,
        Command::Restore(restore) => maintenance::restore(restore).await,
        Command::User(user) => users::change(user).await,
    }
}

async fn serve(config: Serve) -> Done {
    log::start(config.log);
    if config.metrics.is_some() {
        metrics_endpoint::start().map_err(|error| error.to_string())?;
    }
    // Before anybody can connect: from then on a request to stop is never the end at once.
    let signals = StopSignals::listen().map_err(|error| format!("can't listen for signals: {error}"))?;
    // Built in, so that the binary runs anywhere.
    let options = get_config_from_str(include_str!("../Leptos.toml")).map_err(|error| error.to_string())?;
    let _claim = backup::claim(&config.database.database).map_err(|error| error.to_string())?;
    let store = Store::open(&config.database.database).await?;
    let listener = bind(config.listen, "--listen").await?;
    let metrics_listener = match config.metrics {
        Some(address) => Some(bind(address, "--metrics").await?),
        None => None,
    };
    let assets =
        assets::find().or_else(without_site).ok_or("the site is not built; run `script/build` first")?;
    tracing::info!(address = %config.listen, database = %shown(&config.database.database), "listening");
    let context = Context::new(store, config).await?;
    background::start(&context);
    if let Some(listener) = metrics_listener {
        tokio::spawn(metrics_endpoint::serve(listener, context.clone()));
    }
    let stop = stop(context.clone(), signals);
    listener::serve(listener, router(SiteState { context: context.clone(), assets, options }), stop).await;
    realtime::finish(&context).await;
    Ok(())
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, String> {
    let failed = |error| format!("can't listen on {address}: {error}; choose another with {option}");
    TcpListener::bind(address).await.map_err(failed)
}

/// In development, and where only faults are tried, sockets and the API can be tried without the pages.
fn without_site() -> Option<Assets> {
    cfg!(any(debug_assertions, feature = "chaos")).then(|| {
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

/// Ready when the node is to stop. Before that it goes on for a while, as far as that was asked for and
/// nobody insists.
async fn stop(context: Context, mut signals: StopSignals) {
    signals.next().await;
    context.is_draining.store(true, Ordering::Relaxed);
    let drain = Duration::from_secs(context.config.drain_seconds);
    if !drain.is_zero() {
        tracing::info!(seconds = drain.as_secs(), "about to stop: not ready any more, and still at work");
        let _ = timeout(drain, signals.next()).await;
    }
    tracing::info!("stopping: no new requests, the running ones are finished");
    context.stopping.send_replace(true);
}

/// Ctrl-C, and what a service manager sends.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Heard from now on.
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
