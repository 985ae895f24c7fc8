//! Orders on screen: how one stands, what can be done about it, and its card on a dashboard.

pub mod actions;
pub mod card;
pub mod status;
