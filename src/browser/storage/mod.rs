//! Storage in the browser: IndexedDB, the cache of inbox and threads, the search in it, and starting offline.

pub mod cache;
pub mod database;
pub mod held_messages;
pub mod offline;
