//! Error responses of the API's description (OpenAPI): each error described once as a reusable response, and
//! the groups of them that handlers name in `#[utoipa::path]`.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, Modify,
    openapi::{ContentBuilder, HeaderBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type},
};

use crate::shared::errors::ErrorCode;

/// Every error of the API with its description.
const ERRORS: [(ErrorCode, &str); 11] = [
    (ErrorCode::SignedOut, "There is no valid session, or the token is unknown or revoked."),
    (ErrorCode::Forbidden, "The viewer may not do this, or the token lacks the scope."),
    (ErrorCode::NotFound, "It is not there, or not for this viewer: both get the same answer."),
    (ErrorCode::MethodNotAllowed, "The address takes other methods."),
    (ErrorCode::Conflict, "Something else has this id or state already."),
    (ErrorCode::TooLarge, "The body is greater than 128 KiB."),
    (ErrorCode::Invalid, "The input is wrong; sending it again changes nothing."),
    (ErrorCode::TooFast, "Too much too quickly: the same may pass later."),
    (ErrorCode::Internal, "A fault of ours: the same may pass later."),
    (ErrorCode::Retry, "It is not known whether it was done: send the same again."),
    (ErrorCode::Full, "There is no space to store anything at the moment."),
];

/// Adds every error to the description's reusable responses.
pub(super) struct ErrorResponses;

impl Modify for ErrorResponses {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        for (code, text) in ERRORS {
            let example = serde_json::json!({ "title": text, "status": code.http_status(), "code": code });
            let problem = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(problem)).example(Some(example)).build();
            let mut response =
                ResponseBuilder::new().description(text).content("application/problem+json", content);
            if code == ErrorCode::TooFast {
                let seconds = HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer)));
                response = response.header("Retry-After", seconds.description(Some("Seconds")).build());
            }
            components.responses.insert(wire_name(code), response.build().into());
        }
    }
}

/// Defines groups of errors that a handler lists among its responses.
macro_rules! error_groups {
    ($($(#[$doc:meta])* $name:ident: $($code:ident),+;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let codes = [$(ErrorCode::$code),+];
                let response = |code: ErrorCode| {
                    (code.http_status().to_string(), Ref::from_response_name(wire_name(code)).into())
                };
                codes.into_iter().map(response).collect()
            }
        }
    )+};
}

error_groups! {
    /// Errors of every endpoint.
    Always: SignedOut, Forbidden, Internal, Retry;
    /// Errors of endpoints that write to the store.
    Storing: TooLarge, Invalid, Full;
    NotFound: NotFound;
    Conflict: Conflict;
    Invalid: Invalid;
    TooFast: TooFast;
}

/// The code as it is serialised, such as `not_found`.
fn wire_name(code: ErrorCode) -> String {
    let name = serde_json::to_value(code).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
