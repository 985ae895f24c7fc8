//! `POST /mail`: a mail provider hands over a mail to our domain, whole, as RFC 5322 has it.

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::{
    server::{context::Context, domain::mail::incoming},
    shared::errors::{ApiError, ErrorCode},
    web::rest::problem::Problem,
};

pub const PATH: &str = "/mail";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The address that the mail is for.
    to: String,
    /// The sender of the envelope; empty for a report. Not there where the provider does not know it.
    from: Option<String>,
}

#[derive(Serialize)]
struct Received {
    outcome: &'static str,
}

/// 200 once what became of the mail is on disk; 404 if the address is not, or no longer, one of ours; 401 without the key.
/// Anything of 5xx and 429 is passing: the same mail may come again.
pub async fn receive(
    State(context): State<Context>,
    headers: HeaderMap,
    envelope: Result<Query<Envelope>, axum::extract::rejection::QueryRejection>,
    raw: Bytes,
) -> Response {
    let Some(key) = &context.config.mail.mail_in_key else { return StatusCode::NOT_FOUND.into_response() };
    let given =
        headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if !given.is_some_and(|given| is_same(given, key.as_bytes())) {
        return Problem(ApiError::new(ErrorCode::SignedOut, "This needs the key of --mail-in-key."))
            .into_response();
    }
    let Ok(Query(envelope)) = envelope else {
        return Problem(ApiError::invalid("to", "Name the mail’s recipient: ?to=reply%2B…@…."))
            .into_response();
    };
    let received = async {
        let address = incoming::find(&context, &envelope.to).await?;
        incoming::receive(&context, address, envelope.from.as_deref(), &raw).await
    };
    match received.await {
        Ok(outcome) => Json(Received { outcome: outcome.as_str() }).into_response(),
        Err(error) => Problem(error).into_response(),
    }
}

/// Compares hashes, so that the time says nothing of the key.
fn is_same(given: &[u8], key: &[u8]) -> bool {
    let hash = |bytes| digest::digest(&digest::SHA256, bytes);
    hash(given).as_ref() == hash(key).as_ref()
}
