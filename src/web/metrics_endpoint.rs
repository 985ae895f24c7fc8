//! The metrics endpoint for Prometheus. It has a listener of its own, so that only the operator's network
//! reaches it.

use std::{future::pending, sync::OnceLock, time::Duration};

use axum::{Router, extract::State, http::header, response::IntoResponse, routing};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::{Resource, getrlimit},
};
use tokio::net::TcpListener;

use super::listener;
use crate::server::{
    config::METRICS_PATH,
    context::Context,
    telemetry::metrics::{self, Kind},
};

/// The exporter keeps histogram samples one by one until this upkeep aggregates them, which bounds their
/// memory.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the metrics recorder. Call it before anything is measured; earlier measurements are lost.
pub fn install() -> Result<(), BuildError> {
    let mut builder = PrometheusBuilder::new();
    for (kind, name, _) in metrics::ALL {
        let name = Matcher::Full(name.to_owned());
        builder = match kind {
            Kind::Seconds => builder.set_buckets_for_metric(name, &metrics::SECONDS_BUCKETS)?,
            Kind::Sizes => builder.set_buckets_for_metric(name, &metrics::SIZE_BUCKETS)?,
            Kind::Counter | Kind::Gauge => builder,
        };
    }
    let handle = builder.install_recorder()?;
    metrics::describe();
    tokio::spawn(run_upkeep(handle.clone()));
    let _ = HANDLE.set(handle);
    Ok(())
}

/// Serves metrics as long as the process runs, also while the node stops.
pub async fn serve(listener: TcpListener, context: Context) {
    let router = Router::new().route(METRICS_PATH, routing::get(scrape)).with_state(context);
    listener::serve(listener, router, Vec::new(), listener::Timeouts::default(), pending()).await;
}

async fn scrape(State(context): State<Context>) -> impl IntoResponse {
    let (connections, idle) = context.store.connections();
    metrics::set_pool(connections, idle);
    let (sockets, people) = context.sockets.count();
    metrics::set_online(sockets, people);
    let (waiting, lag) = context.pending_index.lag();
    metrics::set_search_lag(waiting, lag);
    if let Some(process) = process_usage() {
        metrics::set_process_usage(&process);
    }
    let text = HANDLE.get().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text)
}

async fn run_upkeep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_INTERVAL).await;
        handle.run_upkeep();
    }
}

/// Memory, open files and processor time of this process from `/proc`; `None` on systems without it.
fn process_usage() -> Option<metrics::ProcessUsage> {
    let read = |name| std::fs::read_to_string(name).ok();
    let pages: u64 = read("/proc/self/statm")?.split(' ').nth(1)?.parse().ok()?;
    let stat = read("/proc/self/stat")?;
    // The process name in parentheses may contain spaces. User and system time are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
    Some(metrics::ProcessUsage {
        memory_bytes: pages * page_size() as u64,
        open_files: std::fs::read_dir("/proc/self/fd").ok()?.count() as u64,
        open_files_max: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
        cpu_seconds: ticks / clock_ticks_per_second(),
    })
}
