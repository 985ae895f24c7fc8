//! Settings page of the viewer, one file per section, and the account menu.

pub mod account_menu;
pub mod api_tokens;
mod blocks;
pub mod device;
pub mod identities;
pub mod notifications;
pub mod page;
pub mod password;
pub mod profile;
pub mod second_factor;
mod section_nav;
pub mod security_events;
pub mod sessions;
pub mod sign_out;
