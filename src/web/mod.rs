//! The edge: the router with its layers, pages, the REST API, the upgrade of sockets, files and health
//! checks. It translates requests into calls of `server/domain` and holds no rules of its own.

pub mod access;
pub mod assets;
pub mod covers;
pub mod health;
pub mod listener;
pub mod metrics_endpoint;
pub mod pages;
pub mod requests;
pub mod rest;
pub mod router;
pub mod security;
pub mod server_functions;
pub mod service_worker;
pub mod socket;
pub mod state;
