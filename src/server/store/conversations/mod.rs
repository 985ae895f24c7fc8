//! Conversations: one of each guest about a listing, one of each order, and rooms.

pub mod create;
pub mod imported;
pub mod pages;
pub mod participants;
pub mod shelves;
pub mod summary;
