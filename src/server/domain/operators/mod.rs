//! Operators: what the marketplace's staff may do. Each function checks the rank of the viewer first.

pub mod audit;
pub mod broadcasts;
pub mod cases;
pub mod embed_keys;
pub mod event_log;
pub mod external;
pub mod failed_tasks;
pub mod moderation;
pub mod retention;
pub mod security_events;
pub mod site_settings;
pub mod user_directory;
pub mod webhooks;
