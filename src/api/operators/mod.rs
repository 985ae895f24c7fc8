//! TODO api::operators.

pub mod audit;
pub mod moderation;
pub mod site_settings;
pub mod user_directory;
