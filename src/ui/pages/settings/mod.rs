//! TODO ui::pages::settings.

pub mod api_tokens;
pub mod notifications;
pub mod profile;
pub mod sessions;
