//! State of inbox and threads, and its synchronisation with the server.

mod apply;
pub mod embed_events;
mod pagination;
pub mod people;
pub mod presence;
pub mod receipts;
mod start;
pub mod state;
pub mod thread_slot;
pub mod typing;
