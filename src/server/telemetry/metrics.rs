//! Every metric there is, with what it says, and the handles by which the server counts. They are made
//! once, so that counting is an atomic or two; where nobody asks for metrics, they do nothing.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};

use crate::shared::{errors::ErrorCode, sync::wire::close};

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    /// Of seconds.
    Seconds,
    /// Of numbers.
    Sizes,
}

pub const CONNECTIONS: &str = "stoa_connections";
pub const PEOPLE_ONLINE: &str = "stoa_people_online";
pub const POOL_CONNECTIONS: &str = "stoa_database_connections";
const POOL_IDLE: &str = "stoa_database_connections_idle";
const SOCKETS_CLOSED: &str = "stoa_sockets_closed_total";
const MESSAGES: &str = "stoa_messages_total";
const NOTIFICATIONS: &str = "stoa_notifications_total";
const PRESENCE_CHANGES: &str = "stoa_presence_changes_total";
const COMMIT_SECONDS: &str = "stoa_commit_seconds";
const COMMIT_SIZE: &str = "stoa_commit_size";
const FAN_OUT_SECONDS: &str = "stoa_fan_out_seconds";
const SWEEP_FINDS: &str = "stoa_sweep_finds_total";
const WRITES_WAITING: &str = "stoa_writes_waiting";
const WRITE_SECONDS: &str = "stoa_write_seconds";
const READS_WAITING: &str = "stoa_reads_waiting";
const READ_SECONDS: &str = "stoa_read_seconds";
const HTTP_REQUESTS: &str = "stoa_http_requests_total";
const HTTP_SECONDS: &str = "stoa_http_seconds";
const ERRORS: &str = "stoa_errors_total";
const REFUSALS: &str = "stoa_rate_limit_refusals_total";
const MEMORY: &str = "process_resident_memory_bytes";
const OPEN_FILES: &str = "process_open_fds";
const OPEN_FILES_MAX: &str = "process_max_fds";
const CPU: &str = "process_cpu_seconds_total";

/// All of them: kind, name, and what it says.
pub const ALL: [(Kind, &str, &str); 24] = [
    (Kind::Gauge, CONNECTIONS, "Open sockets."),
    (Kind::Gauge, PEOPLE_ONLINE, "People with a socket, and those who had one a moment ago."),
    (
        Kind::Counter,
        SOCKETS_CLOSED,
        "Sockets that ended, by the code we closed them with; gone: by the client.",
    ),
    (Kind::Counter, MESSAGES, "Messages stored, those of the marketplace included."),
    (Kind::Counter, NOTIFICATIONS, "Notifications stored; a message is told of without one."),
    (Kind::Counter, PRESENCE_CHANGES, "People who came online or went."),
    (Kind::Seconds, COMMIT_SECONDS, "A transaction that writes, from its first command until it is on disk."),
    (Kind::Sizes, COMMIT_SIZE, "Commands that shared one commit; always 1 on PostgreSQL."),
    (
        Kind::Seconds,
        FAN_OUT_SECONDS,
        "From the commit of a message until it was handed to a socket that follows along; one for each such socket.",
    ),
    (
        Kind::Counter,
        SWEEP_FINDS,
        "Sockets that a sweep found behind their user's head, because a hint was lost or is on its way.",
    ),
    (Kind::Gauge, WRITES_WAITING, "Commands that wait for their answer, those that run included."),
    (Kind::Seconds, WRITE_SECONDS, "A command, from asking the store until its answer."),
    (Kind::Gauge, READS_WAITING, "Reads that wait for their answer, those that run included."),
    (Kind::Seconds, READ_SECONDS, "A read, from asking the store until its answer."),
    (Kind::Gauge, POOL_CONNECTIONS, "Connections to the database: SQLite's readers, or PostgreSQL's pool."),
    (Kind::Gauge, POOL_IDLE, "Those of them that nobody uses just now."),
    (Kind::Counter, HTTP_REQUESTS, "Requests answered, by route, method and class of the status."),
    (Kind::Seconds, HTTP_SECONDS, "A request, until its answer begins, by route."),
    (
        Kind::Counter,
        ERRORS,
        "Errors that clients got from the API, the server functions and the socket, by code.",
    ),
    (Kind::Counter, REFUSALS, "What came too fast, by limit."),
    (Kind::Gauge, MEMORY, "Memory of the process."),
    (Kind::Gauge, OPEN_FILES, "Open files and sockets of the process."),
    (Kind::Gauge, OPEN_FILES_MAX, "How many it may have."),
    (Kind::Counter, CPU, "Time that the process has spent on the processors, in whole seconds."),
];

/// Bounds of the histograms of seconds, and of those of numbers.
pub const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
pub const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What is counted often.
pub struct Metrics {
    pub messages: Counter,
    pub notifications: Counter,
    pub came: Counter,
    pub went: Counter,
    pub commit_seconds: Histogram,
    pub commit_size: Histogram,
    pub fan_out_seconds: Histogram,
    pub sweep_finds: Counter,
    pub writes: Waiting,
    pub reads: Waiting,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    messages: counter!(MESSAGES),
    notifications: counter!(NOTIFICATIONS),
    came: counter!(PRESENCE_CHANGES, "to" => "online"),
    went: counter!(PRESENCE_CHANGES, "to" => "offline"),
    commit_seconds: histogram!(COMMIT_SECONDS),
    commit_size: histogram!(COMMIT_SIZE),
    fan_out_seconds: histogram!(FAN_OUT_SECONDS),
    sweep_finds: counter!(SWEEP_FINDS),
    writes: Waiting { now: gauge!(WRITES_WAITING), seconds: histogram!(WRITE_SECONDS) },
    reads: Waiting { now: gauge!(READS_WAITING), seconds: histogram!(READ_SECONDS) },
});

pub fn metrics() -> &'static Metrics {
    &METRICS
}

/// What is asked for and not answered yet, and how long that takes.
pub struct Waiting {
    now: Gauge,
    seconds: Histogram,
}

impl Waiting {
    /// Waits until what this gives is dropped.
    pub fn begin(&self) -> Begun<'_> {
        self.now.increment(1);
        Begun { waiting: self, began: Instant::now() }
    }
}

pub struct Begun<'a> {
    waiting: &'a Waiting,
    began: Instant,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.waiting.now.decrement(1);
        self.waiting.seconds.record(self.began.elapsed());
    }
}

/// A client got this error.
pub fn erred(code: ErrorCode) {
    error_counter(code).increment(1);
}

/// Something came too fast for this limit.
pub fn refused(limit: &'static str) {
    counter!(REFUSALS, "limit" => limit).increment(1);
}

/// A socket was closed with one of our codes, or the client went (none).
pub fn closed(code: Option<u16>) {
    closed_counter(code).increment(1);
}

/// A request was answered. Each argument is one of few.
pub fn answered(route: &str, method: &'static str, status: u16, took: Duration) {
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

/// What the store has of connections: all, and those that rest.
pub fn pool(connections: u32, idle: usize) {
    gauge!(POOL_CONNECTIONS).set(connections);
    gauge!(POOL_IDLE).set(idle as f64);
}

/// Who is here: sockets, and people.
pub fn here(sockets: usize, people: usize) {
    gauge!(CONNECTIONS).set(sockets as f64);
    gauge!(PEOPLE_ONLINE).set(people as f64);
}

/// What the system says of the process.
pub struct Process {
    pub memory_bytes: u64,
    pub open_files: u64,
    pub open_files_max: u64,
    pub cpu_seconds: u64,
}

pub fn process(process: &Process) {
    gauge!(MEMORY).set(process.memory_bytes as f64);
    gauge!(OPEN_FILES).set(process.open_files as f64);
    gauge!(OPEN_FILES_MAX).set(process.open_files_max as f64);
    counter!(CPU).absolute(process.cpu_seconds);
}

/// Says what each is for, and has those counted from 0 whose labels are known.
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
    let closing = [close::GOING_AWAY, close::SIGNED_OUT, close::TIMED_OUT, close::TOO_MANY];
    closing.map(Some).into_iter().chain([None]).for_each(|code| closed_counter(code).increment(0));
}

fn error_counter(code: ErrorCode) -> Counter {
    counter!(ERRORS, "code" => code.as_str())
}

fn closed_counter(code: Option<u16>) -> Counter {
    let code = match code {
        Some(close::GOING_AWAY) => "1001",
        Some(close::SIGNED_OUT) => "4401",
        Some(close::TIMED_OUT) => "4408",
        Some(close::TOO_MANY) => "4429",
        Some(_) => "other",
        None => "gone",
    };
    counter!(SOCKETS_CLOSED, "code" => code)
}
