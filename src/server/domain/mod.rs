//! The rules, one file per noun: who may, what is valid, one transaction, who is told.

pub mod audit;
pub mod broadcasts;
pub mod changes;
pub mod conversations;
pub mod listings;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod orders;
pub mod people;
pub mod presence;
pub mod receipts;
pub mod retention;
pub mod rooms;
pub mod sessions;
pub mod settings;
pub mod tokens;
pub mod typing;
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
