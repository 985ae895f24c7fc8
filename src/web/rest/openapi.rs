//! The API's description for programs, at `/api/openapi.json`: made from the handlers and from the
//! types that they read and write, so that it says what they do.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use serde_json::Value;
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::{
        ContentBuilder, HeaderBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{conversations, messages, notifications, orders, presence, problem, rooms, users};
use crate::shared::errors::ErrorCode;

/// Where it stands; for everybody.
pub const PATH: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stoa",
        description = "Messages of a marketplace. Times are microseconds since 1970 in UTC, ids are UUIDs, and \
                       positions are integers below 2^53. How a client follows what happens without losing \
                       anything is told in the source, in docs/protocol.md.",
    ),
    paths(
        conversations::list,
        conversations::create,
        conversations::get,
        orders::list,
        orders::create,
        orders::get,
        orders::messages,
        orders::send,
        orders::set_status,
        rooms::list,
        rooms::create,
        rooms::people,
        rooms::invite,
        rooms::remove,
        rooms::rename,
        rooms::set_role,
        rooms::set_link,
        rooms::join,
        notifications::list,
        notifications::send,
        notifications::read,
        notifications::delete,
        notifications::restore,
        messages::list,
        messages::send,
        messages::mark_read,
        messages::edit,
        messages::delete,
        messages::send_system,
        messages::poll,
        messages::unread_count,
        presence::get,
        users::me,
    ),
    components(schemas(problem::Body)),
    security(("token" = []), ("session" = [])),
    modifiers(&Entrances, &Problems),
)]
struct Description;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut description = serde_json::to_value(Description::openapi()).unwrap_or_default();
    complete_operations(&mut description);
    complete_schemas(&mut description);
    resolve_integers(&mut description);
    description
});

pub fn description() -> &'static Value {
    &DESCRIPTION
}

pub async fn json() -> impl IntoResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| description().to_string());
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, crate::web::rest::FOR_AN_HOUR)], JSON.as_str())
}

/// The two ways in.
struct Entrances;

impl Modify for Entrances {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let token =
            "A token that somebody has made under Settings. GET wants the scope read, anything else write.";
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("stoa_…");
        let session = "What our own pages use; over https its name is __Host-stoa_session. What changes something \
                       wants an Origin that is ours.";
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("stoa_session", session));
        let components = description.components.get_or_insert_default();
        components
            .add_security_scheme("token", SecurityScheme::Http(bearer.description(Some(token)).build()));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// Every error that the API answers with, each described once.
const PROBLEMS: [(ErrorCode, &str); 11] = [
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

/// How an id is written that a client makes.
const VERSION_7: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

struct Problems;

impl Modify for Problems {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        for (code, text) in PROBLEMS {
            let example = serde_json::json!({ "title": text, "status": code.http_status(), "code": code });
            let problem = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(problem)).example(Some(example)).build();
            let mut response =
                ResponseBuilder::new().description(text).content("application/problem+json", content);
            if code == ErrorCode::TooFast {
                let seconds = HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer)));
                response = response.header("Retry-After", seconds.description(Some("Seconds")).build());
            }
            components.responses.insert(name_of(code), response.build().into());
        }
    }
}

/// Groups of errors, as the handlers name them.
macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident: $($code:ident),+;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let codes = [$(ErrorCode::$code),+];
                let named = |code: ErrorCode| {
                    (code.http_status().to_string(), Ref::from_response_name(name_of(code)).into())
                };
                codes.into_iter().map(named).collect()
            }
        }
    )+};
}

errors! {
    /// Of every endpoint.
    Always: SignedOut, Forbidden, Internal, Retry;
    /// Of those that store something.
    Storing: TooLarge, Invalid, Full;
    NotFound: NotFound;
    Conflict: Conflict;
    Invalid: Invalid;
    TooFast: TooFast;
}

/// `not_found`, as it is written.
fn name_of(code: ErrorCode) -> String {
    let word = serde_json::to_value(code).ok();
    word.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned()
}

/// Names that are unique (`messages_list`), and a word for what is answered.
fn complete_operations(description: &mut Value) {
    let paths = description["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.filter_map(Value::as_object_mut).flat_map(|methods| methods.values_mut()) {
        let (noun, verb) = (operation["tags"][0].as_str(), operation["operationId"].as_str());
        operation["operationId"] =
            format!("{}_{}", noun.unwrap_or_default(), verb.unwrap_or_default()).into();
        operation["responses"]["200"]["description"] = "Done.".into();
    }
}

/// Answers have all their fields, with null where there is nothing. Ids that a client makes say their form.
fn complete_schemas(description: &mut Value) {
    let schemas = description["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        let is_input = schema.get("additionalProperties").is_some();
        for (_, field) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            let text = field["description"].as_str().unwrap_or_default();
            if is_input && text.contains("a UUID of version 7") {
                field["pattern"] = VERSION_7.into();
            }
        }
        if let Some(fields) = schema.get("properties").and_then(Value::as_object)
            && !is_input
            && name != "Problem"
        {
            schema["required"] = fields.keys().map(String::as_str).collect();
        }
    }
}

/// `Seq`, `Version` and `Head` are other names for whole numbers, which the macros take for types.
fn resolve_integers(value: &mut Value) {
    const NAME: &str = "i64";
    match value {
        Value::Object(fields) => {
            if fields.get("$ref").is_some_and(|to| *to == format!("#/components/schemas/{NAME}")) {
                fields.remove("$ref");
                fields.insert("type".into(), "integer".into());
                fields.insert("format".into(), "int64".into());
            }
            fields.remove(NAME);
            fields.values_mut().for_each(resolve_integers);
        }
        Value::Array(items) => items.iter_mut().for_each(resolve_integers),
        _ => {}
    }
}
