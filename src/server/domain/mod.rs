//! The domain: the rules of the marketplace, one file per noun. A function checks rights, input and rate
//! limits, runs one transaction of the store and maps its outcome to an answer or an error.

pub mod conversations;
pub mod fan_out;
pub mod listings;
pub mod mail;
pub mod messages;
pub mod notifications;
pub mod openid_connect;
pub mod operators;
pub mod orders;
pub mod push;
pub mod rooms;
pub mod sync;
pub mod tasks;
pub mod text_upgrade;
pub mod users;

use super::store::StoreError;
use crate::shared::errors::ApiError;

/// The error that a client gets if the store fails. Logs the cause, once.
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
