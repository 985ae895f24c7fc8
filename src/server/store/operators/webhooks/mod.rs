//! Webhooks: endpoints that are told of events, and their deliveries (decision 47).

pub mod attempts;
pub mod deliveries;
pub mod endpoints;
