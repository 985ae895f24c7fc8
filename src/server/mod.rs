//! The core of the server: domain rules over the store, realtime updates, and what they stand on. It knows no
//! page and no HTTP route; `web` calls it.

pub mod auth;
pub mod bus;
pub mod clock;
pub mod commands;
pub mod config;
pub mod connections;
pub mod context;
pub mod domain;
pub mod faults;
pub mod images;
pub mod limits;
pub mod outside;
pub mod realtime;
pub mod store;
pub mod telemetry;
