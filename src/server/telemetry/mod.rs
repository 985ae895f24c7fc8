//! TODO server::telemetry.

pub mod log;
pub mod metrics;
