//! Everything that both sides know: wire types, ids, validation and the pure state of inbox and
//! thread. No I/O, no clock, no framework, so that one test can check what server and browser share.

pub mod conversations;
pub mod errors;
pub mod ids;
pub mod json;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
pub mod page;
pub mod positions;
pub mod sync;
pub mod system_messages;
pub mod users;
pub mod values;
