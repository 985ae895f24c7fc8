//! The one door to the outside: every connection that Stoa opens to others but its database and its cluster goes through
//! here, with time limits and bounds.

pub mod file_store;
pub mod http;
pub mod key_sets;
pub mod openid_connect;
pub mod public_addresses;
pub mod smtp;
pub mod virus_scanner;
pub mod web_push;
pub mod webhooks;
