//! Room pages: create a room, see and manage it, join it by its link, answer invitations.

pub mod detail;
pub mod form;
pub mod invitations;
pub mod invited;
pub mod join;
pub mod manage;
pub mod participants;
