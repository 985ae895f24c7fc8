//! The log: for people on a terminal, for programs everywhere else.

use std::io::{IsTerminal, stdout};

use tracing_subscriber::{EnvFilter, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::server::config::LogFormat;

/// At their lowest level libraries write what goes over the wire, and so what people say to each other.
/// Whatever RUST_LOG asks for, nothing is written there.
const LOWEST: LevelFilter = LevelFilter::DEBUG;

/// Writes to standard output from now on, what RUST_LOG asks for.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = stdout().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal);
    if format == LogFormat::Text || (format == LogFormat::Auto && is_terminal) {
        log.finish().with(LOWEST).init();
    } else {
        // The first span is the request or the socket that a line belongs to.
        log.json().flatten_event(true).with_current_span(false).finish().with(LOWEST).init();
    }
}
