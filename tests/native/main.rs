//! Native tests: the real server code on real databases, and over real sockets.

mod architecture;
mod authorisation;
mod command_line;
mod conversations;
mod database;
mod disk;
mod invariants;
mod listings;
mod messages;
mod pages;
mod place;
mod receipts;
mod rendering;
mod sockets;
mod users;
