//! Everything that both sides know: wire types, ids, validation and the pure state of inbox and
//! thread. No I/O, no clock, no framework, so that one test can check what server and browser share.

pub mod audit;
pub mod bell;
pub mod changes;
pub mod conversations;
pub mod cursor;
pub mod days;
pub mod errors;
pub mod events;
pub mod found;
pub mod ids;
pub mod inbox;
pub mod json;
pub mod links;
pub mod listings;
pub mod messages;
pub mod moderation;
pub mod money;
pub mod notifications;
pub mod orders;
pub mod outbox;
pub mod people;
pub mod presence;
pub mod rooms;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod text;
pub mod thread;
pub mod time;
pub mod tokens;
pub mod users;
pub mod wire;
