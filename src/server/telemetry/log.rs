//! The log: text on a terminal, JSON lines everywhere else.

use std::{
    env,
    io::{IsTerminal, stdout},
};

use tracing_subscriber::{EnvFilter, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::server::config::LogFormat;

/// The lowest level that is logged, whatever RUST_LOG asks for. At TRACE, libraries log the bytes on the
/// wire, and with them the messages of users.
const LOWEST_LEVEL: LevelFilter = LevelFilter::DEBUG;

/// PostgreSQL notes at each start that the table of migrations is there already, which is as it should be.
const DEFAULT_DIRECTIVES: &str = "info,sqlx::postgres::notice=warn";

/// Installs the log, which writes to standard output. RUST_LOG filters it.
pub fn start(format: LogFormat) {
    let directives = env::var(EnvFilter::DEFAULT_ENV).ok().filter(|directives| !directives.is_empty());
    let filter = EnvFilter::try_new(directives.as_deref().unwrap_or(DEFAULT_DIRECTIVES));
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT_DIRECTIVES));
    let is_terminal = stdout().is_terminal();
    // Its own errors would go to standard error, which may be the same closed pipe; that panics.
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).log_internal_errors(false);
    if format == LogFormat::Text || (format == LogFormat::Auto && is_terminal) {
        log.finish().with(LOWEST_LEVEL).init();
    } else {
        // Only the list of spans is written: its first is the request or socket that a line belongs to.
        log.json().flatten_event(true).with_current_span(false).finish().with(LOWEST_LEVEL).init();
    }
}
