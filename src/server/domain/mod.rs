//! The rules, one file per noun: who may, what is valid, one transaction, who is told.

pub mod conversations;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
pub mod rooms;
pub mod sync;
pub mod users;

use super::store::StoreError;
use crate::shared::errors::ApiError;

/// What a person is told when the store could not do it; the cause is logged here, once.
pub fn failed(error: StoreError) -> ApiError {
    match error {
        StoreError::Full => ApiError::full(),
        StoreError::Retry => ApiError::retry(),
        StoreError::Database(error) => {
            tracing::error!(%error, "a database statement failed");
            ApiError::internal()
        }
    }
}
