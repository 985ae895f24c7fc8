//! Pages, one per route. A page calls the server only in resources (to read) and in commands of forms (to
//! write).

pub mod accounts;
pub mod archive;
pub mod connection_notice;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operator;
pub mod orders;
pub mod report;
pub mod rooms;
pub mod search;
pub mod settings;
