//! Sync: users' positions, their updates since a cursor, and the updates that a commit publishes.

pub mod changes;
pub mod positions;
pub mod updates;
