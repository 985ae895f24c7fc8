//! Order components: status, actions, and the card on a dashboard.

pub mod actions;
pub mod card;
pub mod facts;
mod focus;
mod quote_form;
pub mod status;
pub mod take_form;
mod transition_form;
