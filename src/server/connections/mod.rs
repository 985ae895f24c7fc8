//! TODO server::connections.

pub mod ephemeral;
pub mod registry;
pub mod remote_presence;
pub mod send_queue;
