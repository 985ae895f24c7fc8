//! Endpoints for admins and their programs: events, the webhooks that tell of them, and what a marketplace sends.

pub mod events;
pub mod external;
pub mod webhooks;
