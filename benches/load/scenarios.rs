//! The three kinds of load, one file each.

mod page;
mod poll;
mod send;

pub use page::page;
pub use poll::poll;
pub use send::send;
