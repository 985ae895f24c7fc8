//! TODO ui::pages::operator.

pub mod audit;
pub mod broadcasts;
pub mod layout;
pub mod moderation;
pub mod orders;
pub mod site_settings;
pub mod user_directory;
