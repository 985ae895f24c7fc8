//! User interface: pages, the app frame around them, and the components that they share.

pub mod chunks;
pub mod components;
pub mod dialog;
pub mod inbox;
pub mod menu;
pub mod navigation;
pub mod notifications;
pub mod orders;
pub mod pages;
pub mod palette;
pub mod popover_link;
pub mod route;
pub mod shell;
pub mod thread;
