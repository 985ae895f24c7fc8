//! The data of a person: all of it as an export, and what becomes of it when they close their account.
//! docs/personal-data.md lists each column.

mod account;
pub mod closing;
pub mod conversations;
pub mod erasure;
pub mod erasure_task;
pub mod export;
pub mod sections;
