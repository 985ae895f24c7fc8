//! TODO server::store::sync.

pub mod changes;
pub mod positions;
pub mod updates;
