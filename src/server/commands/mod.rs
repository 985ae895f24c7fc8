//! TODO server::commands.

pub mod demo;
pub mod doctor;
pub mod maintenance;
pub mod users;
