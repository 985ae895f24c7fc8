//! One page per route. A page asks the server in resources and actions only.

pub mod accounts;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operator;
pub mod orders;
pub mod rooms;
pub mod settings;
