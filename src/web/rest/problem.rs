//! Errors of the API as `application/problem+json` (RFC 9457) with our code, and the extractors of input,
//! which reject in the same form.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::{
    server::telemetry::metrics,
    shared::{
        errors::{ApiError, ErrorCode, Missing},
        sync::wire::SOCKET_PATH,
    },
};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An error as the API returns it.
pub struct Problem(pub ApiError);

#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body<'a> {
    /// A short sentence for a person: what happened and what to do.
    title: &'a str,
    status: u16,
    code: ErrorCode,
    /// The input that is wrong, by its name. Not there where it is about the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'a str>,
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        metrics::count_error(self.0.code);
        let status =
            StatusCode::from_u16(self.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Body {
            title: &self.0.message,
            status: status.as_u16(),
            code: self.0.code,
            field: self.0.field.as_deref(),
        };
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Middleware: turns errors under `/api` and of the socket's upgrade that other layers produced (wrong method,
/// body too large, foreign origin, no upgrade) into problems.
pub async fn convert_errors(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_socket = path == SOCKET_PATH;
    let is_api = is_socket || path.starts_with("/api/");
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_api || !is_error || response.headers().get(header::CONTENT_TYPE) == Some(&CONTENT_TYPE) {
        return response;
    }
    let error = match status {
        StatusCode::FORBIDDEN => ApiError::foreign_origin(),
        StatusCode::NOT_FOUND => ApiError::not_found(Missing::Address),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::method_not_allowed(),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        status if is_socket && status.is_client_error() => {
            ApiError::new(ErrorCode::Invalid, "This address is a WebSocket. Ask for an upgrade to it.")
        }
        status if status.is_client_error() => {
            ApiError::new(ErrorCode::Invalid, "We can’t read this request.")
        }
        _ => ApiError::internal(),
    };
    let mut problem = Problem(error).into_response();
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    problem
}

/// The fallback of `/api`: 404.
pub async fn not_found() -> Problem {
    Problem(ApiError::not_found(Missing::Address))
}

/// Extractor of a JSON body.
pub struct Input<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(input)) => Ok(Self(input)),
            Err(rejection) => Err(Problem(body_error(&rejection))),
        }
    }
}

/// Extractor of the id in the path; a malformed id is 404 like an unknown one.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem(ApiError::not_found(Missing::Conversation))),
        }
    }
}

/// The longest `Idempotency-Key`, in bytes.
const IDEMPOTENCY_KEY_MAX_BYTES: usize = 64;

/// Extractor of the header by which a request that makes something without an id is known again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKey {
    /// A text that is new for each thing that is made, like a UUID, of ASCII.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 64)]
    pub key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        const NAME: &str = "idempotency-key";
        let Some(value) = parts.headers.get(NAME) else { return Ok(Self { key: None }) };
        let key = value.to_str().ok().filter(|key| (1..=IDEMPOTENCY_KEY_MAX_BYTES).contains(&key.len()));
        let wrong = || ApiError::invalid("Idempotency-Key", "A key has 1 to 64 characters of ASCII.");
        Ok(Self { key: Some(key.ok_or_else(wrong)?.to_owned()) })
    }
}

/// Extractor of the query string.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(Problem(unreadable("query", &rejection.body_text()))),
        }
    }
}

/// A pagination cursor of two parameters: both or neither must be given. Without them the list starts at its
/// beginning.
pub fn cursor<A, B>(name: &str, first: Option<A>, id: Option<B>) -> Result<Option<(A, B)>, Problem> {
    match (first, id) {
        (Some(first), Some(id)) => Ok(Some((first, id))),
        (None, None) => Ok(None),
        _ => Err(Problem(ApiError::invalid(name, format!("Give {name} together with after_id.")))),
    }
}

fn body_error(rejection: &JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::new(ErrorCode::Invalid, "Send JSON with Content-Type: application/json.")
        }
        rejection if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        rejection => unreadable("body", &rejection.body_text()),
    }
}

/// An error with the reason from axum's rejection text, which stands after the first colon.
fn unreadable(what: &str, text: &str) -> ApiError {
    let reason = text.split_once(": ").map_or(text, |(_, reason)| reason);
    ApiError::unreadable(what, reason)
}
