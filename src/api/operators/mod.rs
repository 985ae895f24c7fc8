//! Server functions for operators: moderation, user directory, audit log and site settings.

pub mod audit;
pub mod moderation;
pub mod site_settings;
pub mod user_directory;
