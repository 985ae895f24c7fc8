//! TODO shared::operators.

pub mod audit;
pub mod broadcasts;
pub mod moderation;
pub mod site_settings;
pub mod user_directory;
