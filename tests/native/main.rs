//! Native tests: the real server code on real databases, and over real sockets.

mod admin;
mod architecture;
mod authorisation;
mod bad_input;
mod bounds;
#[cfg(feature = "chaos")]
mod chaos;
mod checker;
mod client;
mod command_line;
mod connections;
mod contents;
mod conversations;
mod crowd;
mod database;
mod deltas;
mod disk;
mod doctor;
#[cfg(feature = "chaos")]
mod faults;
mod frame_luck;
mod frame_schema;
mod frames;
mod fuzzing;
mod growth;
mod headers;
mod health;
mod heartbeat;
mod invariants;
mod killing;
mod limits;
mod listings;
mod live;
mod logs;
mod mail;
#[cfg(feature = "chaos")]
mod mail_kills;
mod mail_programs;
mod mail_replies;
mod mail_server;
mod mail_system;
mod messages;
mod metrics;
mod migrating;
mod nodes;
mod notifications;
mod one_thread;
mod openapi;
mod orders;
mod origins;
mod pages;
mod place;
mod postgres;
#[cfg(feature = "chaos")]
mod power;
mod presence;
mod proxy;
mod racing;
mod ranks;
mod receipts;
mod rendering;
mod restoring;
mod retention;
mod rooms;
mod rough;
mod scene;
mod second_client;
mod server;
mod sessions;
mod settings;
mod shutdown;
mod sockets;
mod sql;
mod staff;
#[cfg(feature = "chaos")]
mod stage;
mod stays;
mod terminal;
mod text;
mod tokens;
mod typing;
mod upkeep;
mod users;
#[cfg(feature = "chaos")]
mod wires;
