//! Endpoints for admins and their programs: events, and the webhooks that tell of them.

pub mod events;
pub mod webhooks;
