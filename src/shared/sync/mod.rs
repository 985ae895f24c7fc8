//! TODO shared::sync.

pub mod changes;
pub mod inbox;
pub mod pages;
pub mod thread;
pub mod wire;
