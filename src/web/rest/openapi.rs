//! The OpenAPI description of the REST API, at `/api/openapi.json`. It is generated from the handlers and
//! from the types that they read and write, so that it cannot differ from them.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{
    conversations, files, messages, notifications,
    operators::{events, external, webhooks},
    orders, problem,
    responses::ErrorResponses,
    rooms, search,
    users::{self, presence},
};

/// The path of the description; public.
pub const PATH: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stoa",
        description = "Messages of a marketplace. Times are microseconds since 1970 in UTC, ids are UUIDs, and \
                       positions are integers below 2^53. How a client follows what happens without losing \
                       anything is told in the source, in docs/protocol.md; /api/asyncapi.json describes the \
                       socket.",
    ),
    paths(
        conversations::list,
        conversations::create,
        conversations::get,
        conversations::archive,
        conversations::unarchive,
        conversations::star,
        conversations::unstar,
        conversations::mark_unread,
        conversations::unmark,
        orders::list,
        orders::create,
        orders::get,
        orders::messages,
        orders::send,
        orders::set_status,
        files::create,
        files::describe,
        files::receive,
        files::cancel,
        files::read,
        rooms::list,
        rooms::create,
        rooms::invitations,
        rooms::accept,
        rooms::decline,
        rooms::withdraw,
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
        notifications::level,
        notifications::set_level,
        messages::list,
        messages::send,
        messages::mark_read,
        messages::edit,
        messages::delete,
        messages::add_reaction,
        messages::remove_reaction,
        messages::reactors,
        messages::send_system,
        messages::poll,
        messages::unread_count,
        search::find,
        events::list,
        webhooks::list,
        webhooks::create,
        webhooks::choose,
        webhooks::delete,
        webhooks::rotate,
        webhooks::test,
        webhooks::deliveries,
        webhooks::again,
        external::put_user,
        external::delete_user,
        external::end_sessions,
        external::put_listing,
        external::delete_listing,
        external::put_order,
        external::import,
        presence::get,
        users::me,
    ),
    components(schemas(problem::Body)),
    security(("token" = []), ("session" = [])),
    modifiers(&SecuritySchemes, &ErrorResponses),
)]
struct Description;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let described = Description::openapi();
    let mut description = serde_json::to_value(&described).unwrap_or_default();
    complete_operations(&mut description);
    description["components"]["schemas"] = schemas(&described);
    resolve_integers(&mut description["paths"]);
    description
});

/// The schemas of a description by their names, completed.
pub(super) fn schemas(described: &utoipa::openapi::OpenApi) -> Value {
    let mut schemas = serde_json::to_value(described).unwrap_or_default()["components"]["schemas"].take();
    complete_schemas(&mut schemas);
    resolve_integers(&mut schemas);
    schemas
}

/// The description, built once.
pub fn description() -> &'static Value {
    &DESCRIPTION
}

/// Serves the description as JSON; clients may cache it for an hour.
pub async fn json() -> impl IntoResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| description().to_string());
    cached_json(&JSON)
}

/// A description that clients may cache for an hour.
pub(super) fn cached_json(text: &'static str) -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, super::CACHE_FOR_AN_HOUR)], text)
}

/// Adds the two authentication schemes: API token and session cookie.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let token = "A token that somebody has made under Settings. GET and the socket want the scope read, anything else write.";
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

/// The form of an id that a client makes: a UUID of version 7.
const UUID_V7_PATTERN: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

/// Errors leave out what they have not.
const HAVE_OPTIONAL_FIELDS: [&str; 2] = ["Problem", "FrameError"];

/// Makes operation ids unique (`messages_list`) and gives each success a description, which OpenAPI requires.
fn complete_operations(description: &mut Value) {
    let paths = description["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.filter_map(Value::as_object_mut).flat_map(|methods| methods.values_mut()) {
        let (noun, verb) = (operation["tags"][0].as_str(), operation["operationId"].as_str());
        operation["operationId"] =
            format!("{}_{}", noun.unwrap_or_default(), verb.unwrap_or_default()).into();
        operation["responses"]["200"]["description"] = "Done.".into();
    }
}

/// Marks the fields of what the server sends as required, since absent values are null. One that can't be null
/// and is not required already is left out where it has no value.
pub(super) fn require_sent_fields(schema: &mut Value) {
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
    let is_null = |schema: &Value| schema["type"] == "null";
    let takes_null = |field: &Value| {
        let kinds = field["type"].as_array().into_iter().flatten();
        let choices = ["oneOf", "anyOf"].into_iter().filter_map(|name| field[name].as_array()).flatten();
        kinds.clone().any(|kind| kind == "null") || choices.clone().any(is_null)
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let is_sent =
        |name: &String, field: &Value| required.iter().any(|known| *known == **name) || takes_null(field);
    schema["required"] =
        fields.iter().filter(|(name, field)| is_sent(name, field)).map(|(name, _)| name.as_str()).collect();
}

/// Marks all fields of response types as required (absent values are null), and adds the pattern of ids that
/// clients make.
fn complete_schemas(schemas: &mut Value) {
    for (name, schema) in schemas.as_object_mut().into_iter().flatten() {
        let is_input = schema.get("additionalProperties").is_some();
        for (_, field) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if is_input {
                set_id_pattern(field);
            }
        }
        if !is_input && !HAVE_OPTIONAL_FIELDS.contains(&name.as_str()) {
            require_sent_fields(schema);
        }
    }
}

/// Adds the pattern of an id that a client makes, if this field is described as one.
pub(super) fn set_id_pattern(field: &mut Value) {
    if field["description"].as_str().is_some_and(|text| text.contains("a UUID of version 7")) {
        field["pattern"] = UUID_V7_PATTERN.into();
    }
}

/// Replaces references to `i64` by an integer schema: utoipa takes aliases such as `Seq` and `Version` for
/// types.
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
