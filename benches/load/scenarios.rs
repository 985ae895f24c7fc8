//! The scenarios: kinds of load, one module each.

mod again;
mod broadcast;
mod idle;
mod inbox;
mod live;
mod mixed;
mod page;
mod poll;
mod room;
pub mod search;
mod send;
mod size;

pub use again::again;
pub use broadcast::broadcast;
pub use idle::idle;
pub use inbox::inbox;
pub use live::{live, most};
pub use mixed::mixed;
pub use page::page;
pub use poll::poll;
pub use room::room;
pub use search::search;
pub use send::send;
pub use size::size;
