//! Telemetry: the log and the metrics.

pub mod log;
pub mod metrics;
pub mod security_log;
