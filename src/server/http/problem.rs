//! Errors as `application/problem+json` (RFC 9457) with our code, and input that can't be read
//! as the same kind of error.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    server::node::Node,
    shared::errors::{ApiError, ErrorCode},
};

pub struct Problem(pub ApiError);

#[derive(Serialize)]
struct Body<'a> {
    title: &'a str,
    status: u16,
    code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Body {
            title: &self.0.message,
            status: status.as_u16(),
            code: self.0.code,
            field: self.0.field.as_deref(),
        };
        let mut response = (status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.0.code == ErrorCode::TooFast {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A JSON body.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Node> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Problem> {
        match Json::from_request(request, node).await {
            Ok(Json(input)) => Ok(Self(input)),
            Err(rejection) => Err(Problem(unreadable(&rejection))),
        }
    }
}

/// The id in the path; one that is no id is simply not there.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Node> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, node).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem(ApiError::not_found("conversation"))),
        }
    }
}

/// The query of the address.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Node> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, node).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(Problem(ApiError::new(ErrorCode::Invalid, rejection.body_text()))),
        }
    }
}

fn unreadable(rejection: &JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::new(ErrorCode::Invalid, "Send JSON with Content-Type: application/json.")
        }
        rejection => ApiError::new(ErrorCode::Invalid, rejection.body_text()),
    }
}
