//! TODO server::store::engine.

pub mod backup;
pub mod batch_queue;
pub mod copy_to_postgres;
pub mod epoch;
pub mod errors;
pub mod inspection;
pub mod locks;
pub mod partitioned_writers;
pub mod postgres;
pub mod schema;
pub mod sqlite;
