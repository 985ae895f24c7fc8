//! Room pages: create a room, see and manage it, join it by its link.

pub mod detail;
pub mod form;
pub mod join;
pub mod manage;
pub mod participants;
