//! Server functions for operators: moderation, user directory, audit log, events of security, site settings and failed tasks.

pub mod audit;
pub mod embed_keys;
pub mod failed_tasks;
pub mod moderation;
pub mod security_events;
pub mod site_settings;
pub mod user_directory;
pub mod webhooks;
