//! Commands of the command line besides `stoa serve`: demo data, `stoa doctor`, database maintenance and user
//! accounts.

pub mod background;
pub mod demo;
pub mod doctor;
pub mod embed_keys;
pub mod import;
pub mod mail;
pub mod maintenance;
pub mod output;
pub mod progress;
pub mod users;
