//! What people see: pages, the shell around them, and the parts they are made of.

pub mod chunks;
pub mod dialog;
pub mod inbox;
pub mod notifications;
pub mod orders;
pub mod pages;
pub mod parts;
pub mod shell;
pub mod thread;
