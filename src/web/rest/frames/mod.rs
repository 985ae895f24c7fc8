//! The JSON Schema of the socket's frames, at `/api/frames.json`. It is generated from the types that the server
//! reads and writes, so that it cannot differ from them. [`asyncapi`] describes the socket around them.

pub mod asyncapi;

use std::sync::LazyLock;

use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::openapi;
use crate::shared::sync::wire::{ToClient, ToServer};

/// The path of the schema; public.
pub const PATH: &str = "/api/frames.json";

const DEFINITIONS: &str = "#/$defs/";

#[derive(OpenApi)]
#[openapi(components(schemas(ToServer, ToClient)))]
struct Frames;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut definitions = openapi::schemas(&Frames::openapi());
    for frame in ["ClientFrame", "ServerFrame"] {
        complete_frame(&mut definitions[frame], frame == "ServerFrame");
    }
    point_references(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of the socket at /ws",
        "description": "ClientFrame is what a client sends, ServerFrame what the server sends; docs/protocol.md says \
                        what they mean. Newer servers may send more fields and frames: ignore both.",
        "anyOf": [{ "$ref": format!("{DEFINITIONS}ClientFrame") }, { "$ref": format!("{DEFINITIONS}ServerFrame") }],
        "$defs": definitions,
    })
});

/// The schema, built once.
pub fn schema() -> &'static Value {
    &SCHEMA
}

/// Serves the schema as JSON; clients may cache it for an hour.
pub async fn json() -> impl IntoResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| schema().to_string());
    openapi::cached_json(&JSON)
}

/// The `type` of a frame, from its variant in the schema.
pub fn kind(variant: &Value) -> Option<&str> {
    let parts = variant["allOf"].as_array().map_or(std::slice::from_ref(variant), Vec::as_slice);
    parts.iter().find_map(|part| part["properties"]["type"]["enum"][0].as_str())
}

/// Removes the variant that stands for frames of newer versions. Marks all fields of what the server sends as
/// required (absent values are null), and adds the pattern of the id of a new message.
fn complete_frame(frame: &mut Value, is_sent_by_server: bool) {
    let Some(variants) = frame["oneOf"].as_array_mut() else { return };
    variants.retain(|variant| !variant.to_string().contains(r#"["unknown"]"#));
    for fields in variants {
        if is_sent_by_server {
            openapi::require_sent_fields(fields);
        }
        for (_, field) in fields.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            openapi::set_id_pattern(field);
        }
    }
}

/// Points references to the schema's own definitions.
fn point_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref") {
                *to = to.replace("#/components/schemas/", DEFINITIONS);
            }
            fields.values_mut().for_each(point_references);
        }
        Value::Array(items) => items.iter_mut().for_each(point_references),
        _ => {}
    }
}
