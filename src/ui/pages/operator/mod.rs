//! Pages for operators and admins.

pub mod audit;
pub mod broadcasts;
pub mod cases;
pub mod layout;
pub mod moderation;
pub mod order_board;
pub mod security_events;
pub mod site_settings;
pub mod user_directory;
pub mod webhooks;
