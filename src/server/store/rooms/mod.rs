//! Rooms and their members. A participant's row is never deleted: leaving marks it, and a member who comes
//! back goes on with it.

pub mod command;
pub mod create;
pub mod imported;
pub mod invitations;
pub mod invite;
pub mod join;
pub mod members;
pub mod people;
pub mod remove;
pub mod settings;
