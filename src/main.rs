//! The `stoa` binary: runs a command of the command line. `serve` opens the store, builds the server context
//! and the router of the HTTP edge, and serves until a signal stops it.

use std::{net::SocketAddr, process::ExitCode, sync::atomic::Ordering, time::Duration};

use leptos::config::get_config_from_str;
use stoa::{
    app::Assets,
    server::{
        commands::{
            background, demo, doctor, embed_keys, import, mail, maintenance, output, progress::Progress,
            users,
        },
        config::{Cli, Command, CommandResult, Demo, Serve, database_url::redacted},
        context::Context,
        domain, realtime,
        store::{Standby, Store, engine::backup},
        telemetry::log,
    },
    web::{
        assets,
        listener::{self, Timeouts, lmtp},
        metrics_endpoint,
        router::router,
        state::SiteState,
    },
};
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

/// Hashing a password takes 19 MiB for a moment; this allocator returns them to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The longest wait at exit for blocking tasks that still run, such as hashing a password.
const RUNTIME_SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::note(format_args!("stoa: can't start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run());
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN_TIMEOUT);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            output::note(format_args!("stoa: {message}"));
            ExitCode::FAILURE
        }
    }
}

/// With half as many threads as there are processors, unless TOKIO_WORKER_THREADS says otherwise. The database's threads
/// and the kernel's network need the others, and a thread that is idle is woken for nothing (docs/performance.md). Pages
/// are rendered and passwords hashed in threads of their own.
fn runtime() -> std::io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if std::env::var_os("TOKIO_WORKER_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        builder.worker_threads(processors.div_ceil(2));
    }
    builder.enable_all().build()
}

async fn run() -> CommandResult {
    match Cli::read()?.command {
        Command::Serve(config) => serve(config).await,
        Command::Doctor(config) => doctor::examine(&config).await,
        Command::Demo(demo) => fill_demo(&demo).await,
        Command::Import(command) => import::run(command).await,
        Command::Copy(copy) => maintenance::copy(copy).await,
        Command::Backup(backup) => maintenance::back_up(backup).await,
        Command::Restore(restore) => maintenance::restore(restore).await,
        Command::User(user) => users::run(user).await,
        Command::EmbedKey(command) => embed_keys::run(command).await,
        Command::Mail(command) => mail::run(command).await,
    }
}

async fn serve(config: Serve) -> CommandResult {
    config.check()?;
    log::start(config.log);
    if config.metrics.is_some() {
        metrics_endpoint::install().map_err(|error| error.to_string())?;
    }
    // Before the first connection, so that from then on every stop signal leads to a graceful shutdown.
    let signals = StopSignals::listen().map_err(|error| format!("can't listen for signals: {error}"))?;
    // Embedded, so that the binary needs no file beside it.
    let options = get_config_from_str(include_str!("../Leptos.toml")).map_err(|error| error.to_string())?;
    let _claim = backup::lock(&config.database.database).map_err(|error| error.to_string())?;
    let standby = if config.synchronous_standby { Standby::Synchronous } else { Standby::MayLack };
    let store = Store::open_with(&config.database.database, standby).await?;
    let listener = bind(config.listen, "--listen").await?;
    let metrics_listener = match config.metrics {
        Some(listen) => Some(bind(listen, "--metrics").await?),
        None => None,
    };
    let lmtp_listener = match config.mail.lmtp {
        Some(listen) => Some(bind(listen, "--lmtp").await?),
        None => None,
    };
    let assets =
        assets::load().or_else(without_site).ok_or("the site is not built; run `script/build` first")?;
    tracing::info!(address = %config.listen, database = %redacted(&config.database.database), "listening");
    let context = Context::new(store, config).await?;
    if !domain::users::has_admin(&context).await.map_err(|error| error.to_string())? {
        tracing::warn!(
            "nobody can sign up until there is an admin; make one with: stoa user create --admin EMAIL NAME"
        );
    }
    background::start(&context);
    if let Some(listener) = metrics_listener {
        tokio::spawn(metrics_endpoint::serve(listener, context.clone()));
    }
    if let Some(listener) = lmtp_listener {
        tokio::spawn(lmtp::serve(listener, context.clone()));
    }
    let stop = stop(context.clone(), signals);
    let proxies = context.config.trusted_proxies.clone();
    let state = SiteState { context: context.clone(), assets, options };
    listener::serve(listener, router(state), proxies, Timeouts::default(), stop).await;
    realtime::finish(&context).await;
    context.store.close().await;
    Ok(())
}

/// Binds a listen address. The error names the option that sets it.
async fn bind(listen: SocketAddr, option: &str) -> Result<TcpListener, String> {
    let failed = |error| format!("can't listen on {listen}: {error}; choose another with {option}");
    TcpListener::bind(listen).await.map_err(failed)
}

/// Empty assets in debug and chaos builds, so that sockets and the API can be tested without building the
/// site.
fn without_site() -> Option<Assets> {
    cfg!(any(debug_assertions, feature = "chaos")).then(|| {
        tracing::warn!("the site is not built: pages come without script and style");
        Assets::default()
    })
}

async fn fill_demo(config: &Demo) -> CommandResult {
    let database = &config.database.database;
    let store = Store::open(database).await?;
    let progress = Progress::new();
    let filled = match (config.pairs, &config.sessions) {
        (Some(pairs), Some(file)) => {
            demo::pairs::fill(&store, pairs, file, &|done, total| progress.update("pairs", done, total)).await
        }
        _ => demo::fill(&store, config.long, &|done, total| progress.update("messages", done, total)).await,
    };
    drop(progress);
    filled.map_err(|error| error.to_string())?;
    store.close().await;
    output::print(format_args!(
        "{} is in {}.",
        if config.pairs.is_some() { "What a load test needs" } else { "The demo marketplace" },
        redacted(database)
    ))
}

/// Resolves when the node must stop: after the first signal and the configured drain time. A second signal
/// ends the drain.
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

/// SIGINT (Ctrl-C) and SIGTERM (service managers).
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Starts to listen for the signals.
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
