//! Errors as `application/problem+json` (RFC 9457) with our code, and input that can't be read
//! as the same kind of error.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{
    server::telemetry::metrics,
    shared::errors::{ApiError, ErrorCode},
};

const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");

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
        metrics::erred(self.0.code);
        let status =
            StatusCode::from_u16(self.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Body {
            title: &self.0.message,
            status: status.as_u16(),
            code: self.0.code,
            field: self.0.field.as_deref(),
        };
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, KIND);
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Errors under `/api` that were answered around our handlers (a wrong method, a body that is too
/// large, another site's page) become problems too.
pub async fn only_problems(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_api || !is_error || response.headers().get(header::CONTENT_TYPE) == Some(&KIND) {
        return response;
    }
    let error = match status {
        StatusCode::FORBIDDEN => ApiError::forbidden(
            "This did not come from our own pages. A program brings a token and no cookie.",
        ),
        StatusCode::NOT_FOUND => ApiError::not_found("address"),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::method_not_allowed(),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
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

/// The answer where the API has nothing.
pub async fn unknown() -> Problem {
    Problem(ApiError::not_found("address"))
}

/// A JSON body.
pub struct Input<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(input)) => Ok(Self(input)),
            Err(rejection) => Err(Problem(unread_body(&rejection))),
        }
    }
}

/// The id in the path; one that is no id is simply not there.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem(ApiError::not_found("conversation"))),
        }
    }
}

/// The query of the address.
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

/// A cursor of two parts; half of one says nothing, and without any the list starts at its beginning.
pub fn cursor<A, B>(name: &str, first: Option<A>, id: Option<B>) -> Result<Option<(A, B)>, Problem> {
    match (first, id) {
        (Some(first), Some(id)) => Ok(Some((first, id))),
        (None, None) => Ok(None),
        _ => Err(Problem(ApiError::invalid(name, format!("Give {name} together with after_id.")))),
    }
}

fn unread_body(rejection: &JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::new(ErrorCode::Invalid, "Send JSON with Content-Type: application/json.")
        }
        rejection if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        rejection => unreadable("body", &rejection.body_text()),
    }
}

/// With the reason that axum gives after a sentence of its own.
fn unreadable(what: &str, text: &str) -> ApiError {
    let reason = text.split_once(": ").map_or(text, |(_, reason)| reason);
    ApiError::new(ErrorCode::Invalid, format!("We can’t read this {what}: {reason}."))
}
