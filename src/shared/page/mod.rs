//! Data that the server writes into a page and the browser reads back on hydration.

pub mod payload;
pub mod session;
