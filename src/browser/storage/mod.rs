//! TODO browser::storage.

pub mod cache;
pub mod database;
pub mod offline;
