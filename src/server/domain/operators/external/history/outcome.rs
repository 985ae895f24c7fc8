//! What an import makes of a line.

use crate::shared::errors::ApiError;

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// Stored with the time of a later message of the conversation, which was there before.
    StoredLate,
    /// It was there before.
    Known,
    Refused(ApiError),
}
