//! Sync: users' positions, their updates since a cursor, the fan-out of changes, and the updates that a commit publishes.

pub mod changes;
pub mod event_log;
pub mod fan_out;
pub mod positions;
pub mod updates;
