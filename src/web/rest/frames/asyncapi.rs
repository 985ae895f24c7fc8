//! The AsyncAPI description of the socket, at `/api/asyncapi.json`: who sends which frame, and what answers it. The frames
//! themselves are those of the JSON Schema beside it, so that neither can say something else than the types.

use std::sync::LazyLock;

use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use crate::{shared::sync::wire::SOCKET_PATH, web::rest::openapi};

/// The path of the description; public.
pub const PATH: &str = "/api/asyncapi.json";

const SCHEMAS: &str = "#/components/schemas/";
const MESSAGES: &str = "#/components/messages/";
const CHANNEL: &str = "#/channels/socket";

/// The frames that answer one of a client's; a test finds names that are none. Any frame may be answered by `refused`.
const REPLIES: [(&str, &[&str]); 5] = [
    ("hello", &["welcome", "reset", "reload"]),
    ("send_message", &["ack", "stored", "refused"]),
    ("edit_message", &["ack", "refused"]),
    ("delete_message", &["ack", "refused"]),
    ("ping", &["pong"]),
];

/// One who sends frames: the schema of all of them, and what a description calls its part.
struct Sender {
    schema: &'static str,
    prefix: &'static str,
    /// What the server does with these frames: operations are told from its side.
    action: &'static str,
}

const CLIENT: Sender = Sender { schema: "ClientFrame", prefix: "client", action: "receive" };
const SERVER: Sender = Sender { schema: "ServerFrame", prefix: "server", action: "send" };

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = super::schema()["$defs"].clone();
    move_references(&mut schemas);
    let (mut messages, mut operations) = (Map::new(), Map::new());
    for sender in [CLIENT, SERVER] {
        describe_frames(&sender, &mut schemas, &mut messages, &mut operations);
    }
    let of_channel = messages.keys().map(|name| (name.clone(), reference(MESSAGES, name)));
    let of_channel: Map<_, _> = of_channel.collect();
    json!({
        "asyncapi": "3.0.0",
        "info": info(),
        "defaultContentType": "application/json",
        "servers": { "stoa": server() },
        "channels": { "socket": channel(of_channel) },
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": { "token": openapi::description()["components"]["securitySchemes"]["token"] },
        },
    })
});

/// The description, built once.
pub fn description() -> &'static Value {
    &DESCRIPTION
}

/// Serves the description as JSON; clients may cache it for an hour.
pub async fn json() -> impl IntoResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| description().to_string());
    openapi::cached_json(&JSON)
}

fn info() -> Value {
    let of_rest = &openapi::description()["info"];
    json!({
        "title": "Stoa: the socket",
        "version": of_rest["version"],
        "license": { "name": of_rest["license"]["name"] },
        "description": "What a client and the server send each other over a WebSocket; docs/protocol.md in the source says what \
                        it means. Times are microseconds since 1970 in UTC, ids are UUIDs, and positions are integers below \
                        2^53. Newer servers may send more fields and frames: ignore both. The schemas are JSON Schema 2020-12, \
                        and read the same as draft 7.",
    })
}

fn server() -> Value {
    json!({
        "host": "{host}",
        "protocol": "wss",
        "description": "The public URL of a marketplace’s Stoa; `ws` where that is plain http, on one’s own machine.",
        "variables": { "host": { "default": "chat.example.com", "description": "Its host, with the port if it has one." } },
        "security": [{ "$ref": "#/components/securitySchemes/token" }],
    })
}

fn channel(messages: Map<String, Value>) -> Value {
    json!({
        "address": SOCKET_PATH,
        "title": "The socket",
        "description": "Frames are texts of at most 128 KiB, each a JSON object with a `type`. The first is the client’s `hello`, \
                        within 10 s.",
        "messages": messages,
        "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0" } },
    })
}

/// Makes each frame of a sender a schema, a message and an operation of its own.
fn describe_frames(
    sender: &Sender,
    schemas: &mut Value,
    messages: &mut Map<String, Value>,
    operations: &mut Map<String, Value>,
) {
    let variants = schemas[sender.schema]["oneOf"].take();
    let mut all = Vec::new();
    for variant in variants.as_array().into_iter().flatten() {
        let Some(kind) = super::kind(variant) else { continue };
        let (schema, message) = (schema_name(sender, kind), format!("{}_{kind}", sender.prefix));
        all.push(reference(SCHEMAS, &schema));
        messages.insert(
            message.clone(),
            json!({ "name": kind, "summary": variant["description"], "payload": reference(SCHEMAS, &schema) }),
        );
        let mut operation = json!({
            "action": sender.action,
            "channel": { "$ref": CHANNEL },
            "summary": variant["description"],
            "messages": [of_channel(&message)],
        });
        let replies = REPLIES.iter().find(|(frame, _)| sender.schema == CLIENT.schema && *frame == kind);
        if let Some((_, replies)) = replies {
            let replies = replies.iter().map(|kind| of_channel(&format!("{}_{kind}", SERVER.prefix)));
            operation["reply"] =
                json!({ "channel": { "$ref": CHANNEL }, "messages": replies.collect::<Vec<_>>() });
        }
        operations.insert(format!("{}_{kind}", sender.action), operation);
        schemas[schema] = variant.clone();
    }
    schemas[sender.schema]["oneOf"] = all.into();
}

/// `ClientSendMessage` for `send_message` of the client.
fn schema_name(sender: &Sender, kind: &str) -> String {
    let words = [sender.prefix].into_iter().chain(kind.split('_'));
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn reference(to: &str, name: &str) -> Value {
    json!({ "$ref": format!("{to}{name}") })
}

fn of_channel(message: &str) -> Value {
    reference(&format!("{CHANNEL}/messages/"), message)
}

/// Points references to the components, and moves one with something beside it into an `allOf`: draft 7, which the tools of
/// AsyncAPI read, passes over what stands beside a reference.
fn move_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.remove("$ref") {
                let reference = json!({ "$ref": to.replace(super::DEFINITIONS, SCHEMAS) });
                if fields.is_empty() {
                    *value = reference;
                    return;
                }
                fields.insert("allOf".into(), json!([reference]));
            }
            fields.values_mut().for_each(move_references);
        }
        Value::Array(items) => items.iter_mut().for_each(move_references),
        _ => {}
    }
}
