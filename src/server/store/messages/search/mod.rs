//! The search index of messages: an FTS5 table on SQLite, a GIN index over `tsvector` on PostgreSQL. Both hold the words that
//! `shared/values/search` makes, so both find the same.

pub mod find;
pub mod index;
pub mod pending;
pub mod statement;
mod tags;
pub mod vocabulary;
