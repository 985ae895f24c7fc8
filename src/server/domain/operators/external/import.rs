//! Many users, listings and orders at once: lines of JSON, one thing in each. A line is what is sent for one thing by itself, and is
//! applied or refused by itself, in the order of the lines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Applied, Sender,
    lines::{head, read},
    listings, orders, sender, users,
};
use crate::{
    server::{context::ContextInner, domain::users::check_admin},
    shared::{
        errors::{ApiError, ErrorCode, Result},
        users::Viewer,
    },
};

/// Most lines at once.
pub const IMPORT_MAX_LINES: usize = 1_000;
/// Most bytes at once.
pub const IMPORT_MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineType {
    User,
    Listing,
    Order,
}

/// What came of a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineAnswer {
    /// Its number, from 1.
    pub line: usize,
    /// What a request with this line alone would have been answered: 200, or that of the error.
    pub status: u16,
    pub result: Option<Applied>,
    pub error: Option<LineError>,
}

/// Why a line was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineError {
    pub code: ErrorCode,
    /// A short sentence for a person: what is wrong and what to do.
    pub title: String,
    /// The field that is wrong, or names what is not there.
    pub field: Option<String>,
    /// Seconds after which the same may pass.
    pub retry_after: Option<i64>,
}

impl LineAnswer {
    fn of(line: usize, done: Result<Applied>) -> Self {
        match done {
            Ok(applied) => Self { line, status: 200, result: Some(applied), error: None },
            Err(ApiError { code, message, field, retry_after }) => Self {
                line,
                status: code.http_status(),
                result: None,
                error: Some(LineError { code, title: message, field, retry_after }),
            },
        }
    }
}

/// Applies the lines one after the other. The answer has one for each. Refused as a whole only where it is too much. For admins only.
pub async fn run(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    body: &str,
) -> Result<Vec<LineAnswer>> {
    check_admin(viewer)?;
    if body.len() > IMPORT_MAX_BYTES {
        return Err(ApiError::too_large());
    }
    let lines: Vec<&str> = body.lines().take(IMPORT_MAX_LINES + 1).collect();
    if lines.len() > IMPORT_MAX_LINES {
        return Err(ApiError::invalid("body", "Send at most 1,000 lines at once."));
    }
    if lines.is_empty() {
        return Err(ApiError::invalid("body", "Send a line of JSON for each user, listing and order."));
    }
    context.limits.change(viewer.id)?;
    let sender = sender(context, viewer, issuer).await?;
    let mut answers = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        answers.push(LineAnswer::of(index + 1, apply(context, &sender, line).await));
    }
    Ok(answers)
}

async fn apply(context: &ContextInner, sender: &Sender, line: &str) -> Result<Applied> {
    let (kind, id, fields) = head(line, "user, listing or order")?;
    match kind {
        LineType::User => users::store(context, sender, &id, read(fields)?).await,
        LineType::Listing => listings::store(context, sender, &id, read(fields)?).await,
        LineType::Order => orders::store(context, sender, &id, read(fields)?).await,
    }
}
