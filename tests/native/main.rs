//! Native tests: the real server code on real databases, and over real sockets.

mod admin;
mod architecture;
mod authorisation;
mod bad_input;
#[cfg(feature = "chaos")]
mod chaos;
mod checker;
mod client;
mod command_line;
mod contents;
mod conversations;
mod crowd;
mod database;
mod disk;
#[cfg(feature = "chaos")]
mod faults;
mod frames;
mod heartbeat;
mod invariants;
mod killing;
mod listings;
mod live;
mod messages;
mod notifications;
mod openapi;
mod orders;
mod pages;
mod place;
mod postgres;
mod presence;
mod proxy;
mod racing;
mod receipts;
mod rendering;
mod retention;
mod rooms;
mod rough;
mod scene;
mod server;
mod settings;
mod shutdown;
mod sockets;
mod sql;
mod tokens;
mod typing;
mod users;
