//! The kinds of load, one file each.

mod again;
mod broadcast;
mod idle;
mod live;
mod page;
mod poll;
mod send;

pub use again::again;
pub use broadcast::broadcast;
pub use idle::idle;
pub use live::{live, most};
pub use page::page;
pub use poll::poll;
pub use send::send;
