//! Operators: the audit log, moderation, broadcasts, retention, site settings and the user directory.

pub mod audit;
pub mod broadcasts;
pub mod command_line;
mod demotion;
pub mod moderation;
pub mod retention;
pub mod site_settings;
pub mod user_directory;
