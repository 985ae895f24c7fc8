//! Storage in the browser: IndexedDB, the cache of inbox and threads, and starting offline.

pub mod cache;
pub mod database;
pub mod offline;
