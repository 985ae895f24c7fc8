//! Operators: the audit log, events of security, moderation, broadcasts, retention, site settings and the user directory.

pub mod audit;
pub mod broadcasts;
pub mod cases;
pub mod command_line;
pub(in crate::server::store) mod demotion;
pub mod embed_keys;
pub mod external;
pub mod moderation;
pub mod provided_rank;
pub mod retention;
pub mod security_events;
pub mod site_settings;
pub mod user_directory;
pub mod webhooks;
