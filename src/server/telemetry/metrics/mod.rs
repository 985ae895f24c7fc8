//! Recording of metrics. The handles of frequent metrics are created once, so that recording takes an atomic
//! operation or two. Without a metrics endpoint all of this does nothing.

mod catalogue;

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};

use catalogue::*;
pub use catalogue::{ALL, CONNECTIONS, Kind, PEOPLE_ONLINE, POOL_CONNECTIONS, SECONDS_BUCKETS, SIZE_BUCKETS};

use crate::shared::{errors::ErrorCode, sync::wire::close};

/// Handles of the metrics that are recorded often.
pub struct Metrics {
    pub messages: Counter,
    pub notifications: Counter,
    pub notifications_delivered: Counter,
    pub came_online: Counter,
    pub went_offline: Counter,
    pub presence_dropped: Counter,
    pub commit_seconds: Histogram,
    pub commit_size: Histogram,
    pub fan_out_seconds: Histogram,
    pub reconciliation_finds: Counter,
    pub writes: InFlight,
    pub reads: InFlight,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    messages: counter!(MESSAGES),
    notifications: counter!(NOTIFICATIONS),
    notifications_delivered: counter!(NOTIFICATIONS_DELIVERED),
    came_online: counter!(PRESENCE_CHANGES, "to" => "online"),
    went_offline: counter!(PRESENCE_CHANGES, "to" => "offline"),
    presence_dropped: counter!(PRESENCE_CHANGES, "to" => "dropped"),
    commit_seconds: histogram!(COMMIT_SECONDS),
    commit_size: histogram!(COMMIT_SIZE),
    fan_out_seconds: histogram!(FAN_OUT_SECONDS),
    reconciliation_finds: counter!(SWEEP_FINDS),
    writes: InFlight { count: gauge!(WRITES_WAITING), seconds: histogram!(WRITE_SECONDS) },
    reads: InFlight { count: gauge!(READS_WAITING), seconds: histogram!(READ_SECONDS) },
});

pub fn metrics() -> &'static Metrics {
    &METRICS
}

/// Operations in flight: their number, and how long they take.
pub struct InFlight {
    count: Gauge,
    seconds: Histogram,
}

impl InFlight {
    /// Counts an operation as in flight until the guard is dropped, which records its duration.
    pub fn begin(&self) -> InFlightGuard<'_> {
        self.count.increment(1);
        InFlightGuard { metric: self, started_at: Instant::now() }
    }
}

pub struct InFlightGuard<'a> {
    metric: &'a InFlight,
    started_at: Instant,
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        self.metric.count.decrement(1);
        self.metric.seconds.record(self.started_at.elapsed());
    }
}

/// Counts an error that a client received.
pub fn count_error(code: ErrorCode) {
    error_counter(code).increment(1);
}

/// Counts an attempt at a background task.
pub fn count_task(queue: &'static str, outcome: &'static str) {
    task_counter(queue, outcome).increment(1);
}

/// Counts a mail that came to us, by what became of it.
pub fn count_mail_in(outcome: &'static str) {
    mail_in_counter(outcome).increment(1);
}

fn mail_in_counter(outcome: &'static str) -> Counter {
    counter!(MAILS_IN, "outcome" => outcome)
}

fn task_counter(queue: &'static str, outcome: &'static str) -> Counter {
    counter!(TASKS, "queue" => queue, "outcome" => outcome)
}

/// Counts a push, by the answer of the push service.
pub fn count_push(answer: &'static str) {
    push_counter(answer).increment(1);
}

fn push_counter(answer: &'static str) -> Counter {
    counter!(PUSHES, "answer" => answer)
}

/// Counts an attempt at a webhook, by what came of it.
pub fn count_webhook(outcome: &'static str) {
    webhook_counter(outcome).increment(1);
}

fn webhook_counter(outcome: &'static str) -> Counter {
    counter!(WEBHOOKS, "outcome" => outcome)
}

/// Counts a request or frame that this rate limit refused.
pub fn count_rate_limited(limit: &'static str) {
    counter!(REFUSALS, "limit" => limit).increment(1);
}

/// Counts a socket that was closed with one of our codes, or by the client (None).
pub fn count_socket_closed(code: Option<u16>) {
    closed_counter(code).increment(1);
}

/// Records an answered HTTP request. `route` must be a pattern, not a path: each value becomes a label.
pub fn record_request(route: &str, method: &'static str, status: u16, took: Duration) {
    let class = match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    let route = route.to_owned();
    counter!(HTTP_REQUESTS, "route" => route.clone(), "method" => method, "status" => class).increment(1);
    histogram!(HTTP_SECONDS, "route" => route).record(took);
}

/// Sets the database connections of the store: all, and the idle ones.
pub fn set_pool(connections: u32, idle: usize) {
    gauge!(POOL_CONNECTIONS).set(connections);
    gauge!(POOL_IDLE).set(idle as f64);
}

/// Sets the number of open sockets, and of users who are online.
pub fn set_online(sockets: usize, users: usize) {
    gauge!(CONNECTIONS).set(sockets as f64);
    gauge!(PEOPLE_ONLINE).set(users as f64);
}

/// Sets the conversations that the search index does not have in full, and how long the first has waited.
pub fn set_search_lag(waiting: usize, lag: Duration) {
    gauge!(SEARCH_WAITING).set(waiting as f64);
    gauge!(SEARCH_LAG).set(lag.as_secs_f64());
}

/// Resource usage of the process, as the system reports it.
pub struct ProcessUsage {
    pub memory_bytes: u64,
    pub open_files: u64,
    /// The limit of open files.
    pub open_files_max: u64,
    pub cpu_seconds: u64,
}

pub fn set_process_usage(usage: &ProcessUsage) {
    gauge!(MEMORY).set(usage.memory_bytes as f64);
    gauge!(OPEN_FILES).set(usage.open_files as f64);
    gauge!(OPEN_FILES_MAX).set(usage.open_files_max as f64);
    counter!(CPU).absolute(usage.cpu_seconds);
}

/// Registers the descriptions of all metrics, and starts those at 0 whose labels are known in advance.
pub fn describe() {
    for (kind, name, description) in ALL {
        match kind {
            Kind::Counter => metrics::describe_counter!(name, description),
            Kind::Gauge => metrics::describe_gauge!(name, description),
            Kind::Seconds => metrics::describe_histogram!(name, Unit::Seconds, description),
            Kind::Sizes => metrics::describe_histogram!(name, description),
        }
    }
    LazyLock::force(&METRICS);
    ErrorCode::ALL.into_iter().for_each(|code| error_counter(code).increment(0));
    let codes = [
        close::GOING_AWAY,
        close::TOO_LARGE,
        close::NO_HELLO,
        close::SIGNED_OUT,
        close::SUSPENDED,
        close::TIMED_OUT,
        close::TOO_OLD,
        close::TOO_MANY,
    ];
    for outcome in ["done", "held", "postponed", "given_up"] {
        for queue in ["mail", "push", "timer", "erasure"] {
            task_counter(queue, outcome).increment(0);
        }
    }
    for answer in ["taken", "gone", "refused", "later"] {
        push_counter(answer).increment(0);
    }
    for outcome in ["taken", "later", "given_up"] {
        webhook_counter(outcome).increment(0);
    }
    for outcome in ["message", "bounce", "automatic", "refused"] {
        mail_in_counter(outcome).increment(0);
    }
    codes.map(Some).into_iter().chain([None]).for_each(|code| closed_counter(code).increment(0));
}

fn error_counter(code: ErrorCode) -> Counter {
    counter!(ERRORS, "code" => code.as_str())
}

fn closed_counter(code: Option<u16>) -> Counter {
    let code = match code {
        Some(close::GOING_AWAY) => "1001",
        Some(close::TOO_LARGE) => "1009",
        Some(close::NO_HELLO) => "4400",
        Some(close::SIGNED_OUT) => "4401",
        Some(close::SUSPENDED) => "4403",
        Some(close::TIMED_OUT) => "4408",
        Some(close::TOO_OLD) => "4426",
        Some(close::TOO_MANY) => "4429",
        Some(_) => "other",
        None => "gone",
    };
    counter!(SOCKETS_CLOSED, "code" => code)
}
