//! The address at which metrics are fetched: one of its own, since they are nobody's business but the
//! operator's.

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

/// What has been measured is kept one by one until it is counted up.
const COUNTED_EVERY: Duration = Duration::from_secs(5);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Metrics are kept from now on. To be called before anything is counted.
pub fn start() -> Result<(), BuildError> {
    let mut builder = PrometheusBuilder::new();
    for (kind, name, _) in metrics::ALL {
        let name = Matcher::Full(name.to_owned());
        builder = match kind {
            Kind::Seconds => builder.set_buckets_for_metric(name, &metrics::SECONDS)?,
            Kind::Sizes => builder.set_buckets_for_metric(name, &metrics::SIZES)?,
            Kind::Counter | Kind::Gauge => builder,
        };
    }
    let handle = builder.install_recorder()?;
    metrics::describe();
    tokio::spawn(count_up_often(handle.clone()));
    let _ = HANDLE.set(handle);
    Ok(())
}

/// Serves them as long as the process runs, also while the node stops.
pub async fn serve(listener: TcpListener, context: Context) {
    let router = Router::new().route(METRICS_PATH, routing::get(scrape)).with_state(context);
    listener::serve(listener, router, pending()).await;
}

async fn scrape(State(context): State<Context>) -> impl IntoResponse {
    let (connections, idle) = context.store.connections();
    metrics::pool(connections, idle);
    let (sockets, people) = context.sockets.count();
    metrics::here(sockets, people);
    if let Some(process) = process() {
        metrics::process(&process);
    }
    let text = HANDLE.get().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, TEXT)], text)
}

async fn count_up_often(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(COUNTED_EVERY).await;
        handle.run_upkeep();
    }
}

/// Where the system is one that tells.
fn process() -> Option<metrics::Process> {
    let read = |name| std::fs::read_to_string(name).ok();
    let pages: u64 = read("/proc/self/statm")?.split(' ').nth(1)?.parse().ok()?;
    let stat = read("/proc/self/stat")?;
    // Behind the name in parentheses, which may hold anything: user and system time are the 14th and 15th.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
    Some(metrics::Process {
        memory_bytes: pages * page_size() as u64,
        open_files: std::fs::read_dir("/proc/self/fd").ok()?.count() as u64,
        open_files_max: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
        cpu_seconds: ticks / clock_ticks_per_second(),
    })
}
