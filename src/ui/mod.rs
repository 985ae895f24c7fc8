//! What people see: pages, the shell around them, and the parts they are made of.

pub mod chunks;
pub mod components;
pub mod dialog;
pub mod inbox;
pub mod navigation;
pub mod notifications;
pub mod orders;
pub mod pages;
pub mod route;
pub mod shell;
pub mod thread;
