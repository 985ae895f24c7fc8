//! The catalogue of metrics: the name, kind and description of each.

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    /// A histogram of durations in seconds.
    Seconds,
    /// A histogram of counts.
    Sizes,
}

pub const CONNECTIONS: &str = "stoa_connections";
pub const PEOPLE_ONLINE: &str = "stoa_people_online";
pub const POOL_CONNECTIONS: &str = "stoa_database_connections";
pub(super) const POOL_IDLE: &str = "stoa_database_connections_idle";
pub(super) const SOCKETS_CLOSED: &str = "stoa_sockets_closed_total";
pub(super) const MESSAGES: &str = "stoa_messages_total";
pub(super) const NOTIFICATIONS: &str = "stoa_notifications_total";
pub(super) const TASKS: &str = "stoa_tasks_total";
pub(super) const MAILS_IN: &str = "stoa_mails_in_total";
pub(super) const WEBHOOKS: &str = "stoa_webhooks_total";
pub(super) const PUSHES: &str = "stoa_pushes_total";
pub(super) const NOTIFICATIONS_DELIVERED: &str = "stoa_notifications_delivered_total";
pub(super) const PRESENCE_CHANGES: &str = "stoa_presence_changes_total";
pub(super) const COMMIT_SECONDS: &str = "stoa_commit_seconds";
pub(super) const COMMIT_SIZE: &str = "stoa_commit_size";
pub(super) const FAN_OUT_SECONDS: &str = "stoa_fan_out_seconds";
pub(super) const SWEEP_FINDS: &str = "stoa_sweep_finds_total";
pub(super) const WRITES_WAITING: &str = "stoa_writes_waiting";
pub(super) const WRITE_SECONDS: &str = "stoa_write_seconds";
pub(super) const READS_WAITING: &str = "stoa_reads_waiting";
pub(super) const READ_SECONDS: &str = "stoa_read_seconds";
pub(super) const HTTP_REQUESTS: &str = "stoa_http_requests_total";
pub(super) const HTTP_SECONDS: &str = "stoa_http_seconds";
pub(super) const ERRORS: &str = "stoa_errors_total";
pub(super) const REFUSALS: &str = "stoa_rate_limit_refusals_total";
pub(super) const SEARCH_WAITING: &str = "stoa_search_waiting";
pub(super) const SEARCH_LAG: &str = "stoa_search_lag_seconds";
pub(super) const MEMORY: &str = "process_resident_memory_bytes";
pub(super) const OPEN_FILES: &str = "process_open_fds";
pub(super) const OPEN_FILES_MAX: &str = "process_max_fds";
pub(super) const CPU: &str = "process_cpu_seconds_total";

/// All metrics: kind, name and description.
pub const ALL: [(Kind, &str, &str); 31] = [
    (Kind::Gauge, CONNECTIONS, "Open sockets."),
    (Kind::Gauge, PEOPLE_ONLINE, "People with a socket, and those who had one a moment ago."),
    (
        Kind::Counter,
        SOCKETS_CLOSED,
        "Sockets that ended, by the code we closed them with; gone: by the client.",
    ),
    (Kind::Counter, MESSAGES, "Messages stored, those of the marketplace included."),
    (Kind::Counter, MAILS_IN, "Mails that came in, by outcome: message, bounce, automatic, refused."),
    (
        Kind::Counter,
        TASKS,
        "Attempts at background tasks, by queue and outcome: done, held, postponed, given_up.",
    ),
    (
        Kind::Counter,
        WEBHOOKS,
        "Attempts at webhooks, by outcome: taken, later (it is tried again), given_up.",
    ),
    (
        Kind::Counter,
        PUSHES,
        "Pushes, by the answer of the push service: taken, gone (the browser wants no more), refused, later.",
    ),
    (Kind::Counter, NOTIFICATIONS, "Notifications stored; a message is told of without one."),
    (
        Kind::Counter,
        NOTIFICATIONS_DELIVERED,
        "Unread notifications sent to a client, those of messages included; one for each socket and poll that got it.",
    ),
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
    (Kind::Gauge, SEARCH_WAITING, "Conversations with messages that the search index does not have yet."),
    (Kind::Gauge, SEARCH_LAG, "How long the first of them has waited."),
    (Kind::Gauge, MEMORY, "Memory of the process."),
    (Kind::Gauge, OPEN_FILES, "Open files and sockets of the process."),
    (Kind::Gauge, OPEN_FILES_MAX, "How many it may have."),
    (Kind::Counter, CPU, "Time that the process has spent on the processors, in whole seconds."),
];

/// Upper bounds of the buckets of histograms of durations.
pub const SECONDS_BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of the buckets of histograms of counts.
pub const SIZE_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
