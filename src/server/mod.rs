//! Everything that only the server has.

pub mod accounts;
pub mod assets;
pub mod auth;
pub mod bus;
pub mod clock;
pub mod config;
pub mod covers;
pub mod demo;
pub mod doctor;
pub mod domain;
pub mod faults;
pub mod health;
pub mod http;
pub mod limits;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod node;
pub mod offline;
pub mod rendering;
pub mod requests;
pub mod router;
pub mod scraping;
pub mod sockets;
pub mod store;
pub mod upkeep;
