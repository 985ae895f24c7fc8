//! The engine below the SQL: connections, transactions, group commit, locks, migrations and maintenance, for
//! SQLite and for PostgreSQL.

pub mod backup;
pub mod batch_queue;
pub mod copy_to_postgres;
pub mod epoch;
pub mod errors;
pub mod inspection;
pub mod locks;
pub mod partitioned_writers;
pub mod postgres;
pub mod read_only;
pub mod schema;
pub mod sqlite;
