//! Code that server and browser share: wire types, ids, validation, and the pure client state of inbox and
//! thread. It does no I/O, reads no clock and uses no framework, so native unit tests cover it for both
//! sides.

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
pub mod users;
pub mod values;
pub mod words;
