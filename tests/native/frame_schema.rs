//! The JSON Schema of the socket's frames: what the server sends and what docs/protocol.md shows is as it says.

use std::sync::LazyLock;

use jsonschema::Validator;
use reqwest::StatusCode;
use serde_json::{Value, json};
use stoa::web::rest::{frames, openapi};

use crate::place::Place;

/// The definition of a frame in the schema.
#[derive(Clone, Copy, Debug)]
pub enum Sent {
    ByClient,
    ByServer,
}

/// What is wrong with a frame by the schema. Fields that it doesn't name are wrong too.
pub fn wrong(sent: Sent, frame: &Value) -> Vec<String> {
    static CLIENT: LazyLock<Validator> = LazyLock::new(|| validator("ClientFrame"));
    static SERVER: LazyLock<Validator> = LazyLock::new(|| validator("ServerFrame"));
    let validator = match sent {
        Sent::ByClient => &*CLIENT,
        Sent::ByServer => &*SERVER,
    };
    let mut found = Vec::new();
    for error in validator.iter_errors(frame) {
        found.push(format!("{}: {error}", error.instance_path()));
    }
    found
}

/// Fails if the server sent what its schema does not describe.
pub fn check(text: &str) {
    let frame = serde_json::from_str(text).expect("a frame is JSON");
    let found = wrong(Sent::ByServer, &frame);
    assert!(found.is_empty(), "a frame is not as /api/frames.json says: {found:#?}\n{text}");
}

fn validator(frame: &str) -> Validator {
    let mut schema = frames::schema().clone();
    close(&mut schema, false);
    schema.as_object_mut().unwrap().remove("anyOf");
    schema["$ref"] = format!("#/$defs/{frame}").into();
    schema["unevaluatedProperties"] = false.into();
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// Refuses fields that an object's schema doesn't name. Parts of an `allOf` stay open, since each names only its own,
/// and so do definitions, which are such parts elsewhere: they are closed where they are referred to.
fn close(schema: &mut Value, is_part: bool) {
    let Some(fields) = schema.as_object_mut() else { return };
    if !is_part && ["$ref", "allOf", "properties"].iter().any(|key| fields.contains_key(*key)) {
        fields.insert("unevaluatedProperties".into(), false.into());
    }
    for (key, value) in fields.iter_mut() {
        match key.as_str() {
            "allOf" => value.as_array_mut().unwrap().iter_mut().for_each(|part| close(part, true)),
            "oneOf" | "anyOf" => {
                value.as_array_mut().unwrap().iter_mut().for_each(|option| close(option, is_part));
            }
            "properties" => value.as_object_mut().unwrap().values_mut().for_each(|field| close(field, false)),
            "$defs" => value.as_object_mut().unwrap().values_mut().for_each(|part| close(part, true)),
            "items" => close(value, false),
            _ => {}
        }
    }
}

fn types(frame: &str) -> Vec<String> {
    let variants = frames::schema()["$defs"][frame]["oneOf"].as_array().expect(frame).iter();
    let name = |variant: &Value| {
        let parts = variant["allOf"].as_array().cloned().unwrap_or_else(|| vec![variant.clone()]);
        let name = parts.iter().find_map(|part| part["properties"]["type"]["enum"][0].as_str());
        name.unwrap_or_else(|| panic!("a frame without type: {variant}")).to_owned()
    };
    variants.map(name).collect()
}

#[test]
fn c5_every_frame_is_in_the_schema_and_every_reference_leads_somewhere() {
    assert_eq!(
        types("ClientFrame"),
        [
            "hello",
            "join_conversation",
            "leave_conversation",
            "send_message",
            "edit_message",
            "delete_message",
            "typing",
            "delivered",
            "mark_read",
            "ping"
        ]
    );
    assert_eq!(
        types("ServerFrame"),
        [
            "welcome", "change", "message", "stored", "receipt", "ack", "refused", "typing", "presence",
            "pong", "reset", "reload", "desk"
        ]
    );
    let text = frames::schema().to_string();
    for to in text.split(r##""$ref":"#"##).skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(frames::schema().pointer(to).is_some(), "{to} leads nowhere");
    }
    assert!(!text.contains("[`"), "a link of rustdoc’s is no text for readers");
}

#[test]
fn the_checker_of_frames_finds_what_is_wrong() {
    let id = "01a20135-31e4-7709-ba2b-2991a4f721c5";
    let welcome = json!({ "type": "welcome", "user": id, "epoch": "e", "head": 1, "site": "" });
    assert!(wrong(Sent::ByServer, &welcome).is_empty());
    for (field, value) in [("head", json!("1")), ("user", json!(7)), ("user", json!("7")), ("more", json!(1))]
    {
        let mut other = welcome.clone();
        other[field] = value;
        assert!(!wrong(Sent::ByServer, &other).is_empty(), "{other}");
    }
    let mut without = welcome.clone();
    without.as_object_mut().unwrap().remove("site");
    assert!(!wrong(Sent::ByServer, &without).is_empty());
    let send = json!({ "type": "send_message", "id": id, "conversation": id, "body": "Hi" });
    assert!(wrong(Sent::ByClient, &send).is_empty(), "{:?}", wrong(Sent::ByClient, &send));
    for (field, value) in [("body", json!("")), ("id", json!("5cdd6e35-31e4-4709-ba2b-2991a4f721c5"))] {
        let mut other = send.clone();
        other[field] = value;
        assert!(!wrong(Sent::ByClient, &other).is_empty(), "{other}");
    }
    let change = json!({
        "type": "change", "from": 1, "to": 2, "conversations": [{ "state": "left", "id": id, "changed": 2 }],
        "messages": [], "notifications": { "items": [], "totals": { "unread": [], "read_upto": 0 } }, "unread": 0
    });
    assert!(wrong(Sent::ByServer, &change).is_empty(), "{:?}", wrong(Sent::ByServer, &change));
    let mut other = change.clone();
    other["conversations"][0]["text"] = "More".into();
    assert!(!wrong(Sent::ByServer, &other).is_empty(), "a field deep inside");
}

const DOCUMENT: &str = include_str!("../../docs/protocol.md");

/// The document shows a frame of the client after →, and one of the server after ←.
#[test]
fn c5_the_frames_in_the_document_are_as_the_schema_says() {
    let mut seen = Vec::new();
    for line in DOCUMENT.lines() {
        let Some((sender @ ("→" | "←"), frame)) = line.split_once(' ') else { continue };
        let frame: Value = serde_json::from_str(frame).unwrap_or_else(|error| panic!("{line}: {error}"));
        let sent = if sender == "→" { Sent::ByClient } else { Sent::ByServer };
        let found = wrong(sent, &frame);
        assert!(found.is_empty(), "{line}: {found:#?}");
        seen.push(format!("{sender} {}", frame["type"].as_str().unwrap()));
    }
    for (sender, name) in [("→", "ClientFrame"), ("←", "ServerFrame")] {
        for kind in types(name) {
            assert!(seen.contains(&format!("{sender} {kind}")), "{sender} {kind} has no example");
        }
    }
}

#[test]
fn c5_the_answers_to_a_poll_in_the_document_are_as_the_description_says() {
    let blocks: Vec<_> =
        DOCUMENT.split("```json").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let answer: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{block}: {error}"));
        let schema = &openapi::description()["components"]["schemas"]["Poll"];
        assert_eq!(crate::openapi::wrong(schema, &answer, "Poll"), Vec::<String>::new(), "{block}");
    }
}

#[tokio::test]
async fn c5_anybody_reads_the_schema() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (status, schema) = site.get(frames::PATH, None).await;
    assert_eq!((status, &schema), (StatusCode::OK, frames::schema()));
    let (_, page) = site.get("/api/docs", None).await;
    assert!(page.as_str().unwrap().contains("href=\"/api/frames.json\""));
}
