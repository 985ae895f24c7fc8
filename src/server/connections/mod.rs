//! Connections: the registry of open sockets, each with its send queue and its ephemeral events, and presence
//! on this and other nodes. It fans updates out to sockets; `realtime` reads and writes them.

pub mod ephemeral;
pub mod registry;
pub mod remote_presence;
pub mod send_queue;
pub mod socket;
