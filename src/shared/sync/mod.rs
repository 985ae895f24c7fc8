//! Synchronisation: changes, pages and socket frames, and the client's pure state that they are applied to.

pub mod changes;
pub mod deltas;
pub mod inbox;
pub mod pages;
pub mod thread;
pub mod wire;
