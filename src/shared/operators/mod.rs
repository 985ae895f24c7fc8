//! Tools of the marketplace's operators: audit log, broadcasts, moderation, site settings, user directory.

pub mod audit;
pub mod broadcasts;
pub mod cases;
pub mod embed_keys;
pub mod events;
pub mod failed_tasks;
pub mod look;
pub mod moderation;
pub mod security_events;
pub mod site_settings;
pub mod user_directory;
pub mod webhooks;
