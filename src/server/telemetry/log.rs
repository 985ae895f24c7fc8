//! The log: text on a terminal, JSON lines everywhere else.

use std::io::{IsTerminal, stdout};

use tracing_subscriber::{EnvFilter, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::server::config::LogFormat;

/// The lowest level that is logged, whatever RUST_LOG asks for. At TRACE, libraries log the bytes on the
/// wire, and with them the messages of users.
const LOWEST_LEVEL: LevelFilter = LevelFilter::DEBUG;

/// Installs the log, which writes to standard output. RUST_LOG filters it.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = stdout().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal);
    if format == LogFormat::Text || (format == LogFormat::Auto && is_terminal) {
        log.finish().with(LOWEST_LEVEL).init();
    } else {
        // Only the list of spans is written: its first is the request or socket that a line belongs to.
        log.json().flatten_event(true).with_current_span(false).finish().with(LOWEST_LEVEL).init();
    }
}
