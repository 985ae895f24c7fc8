//! The descriptions of the socket, `/api/asyncapi.json` and `/api/frames.json`: what the server sends, what clients send and what
//! docs/protocol.md shows is as they say, and they name nothing besides.

use std::{collections::BTreeSet, sync::LazyLock};

use jsonschema::Validator;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use stoa::{
    shared::{
        ids::MessageId,
        sync::wire::{PROTOCOL, ToClient, ToServer},
        users::Viewer,
    },
    web::rest::{
        frames::{self, asyncapi},
        openapi,
    },
};

use crate::{client::Client, place::Place};

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
    assert!(found.is_empty(), "a frame is not as /api/asyncapi.json says: {found:#?}\n{text}");
}

fn validator(frame: &str) -> Validator {
    let mut schemas = asyncapi::description()["components"]["schemas"].clone();
    schemas.as_object_mut().unwrap().values_mut().for_each(|schema| close(schema, true));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{frame}"),
        "unevaluatedProperties": false,
        "components": { "schemas": schemas },
    });
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
            "items" => close(value, false),
            _ => {}
        }
    }
}

/// The `type` of each frame that the description has of a sender.
pub fn types(sent: Sent) -> BTreeSet<String> {
    let prefix = match sent {
        Sent::ByClient => "client_",
        Sent::ByServer => "server_",
    };
    let messages = asyncapi::description()["components"]["messages"].as_object().expect("messages");
    messages.keys().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
}

fn schemas() -> &'static Map<String, Value> {
    asyncapi::description()["components"]["schemas"].as_object().unwrap()
}

#[test]
fn c5_both_descriptions_have_the_same_frames_and_every_reference_leads_somewhere() {
    for (sent, frame) in [(Sent::ByClient, "ClientFrame"), (Sent::ByServer, "ServerFrame")] {
        let variants = frames::schema()["$defs"][frame]["oneOf"].as_array().expect(frame).iter();
        let kinds: BTreeSet<_> =
            variants.map(|variant| frames::kind(variant).expect("a frame has a type").to_owned()).collect();
        assert_eq!(kinds, types(sent));
        assert_eq!(schemas()[frame]["oneOf"].as_array().unwrap().len(), kinds.len());
    }
    for description in [frames::schema(), asyncapi::description()] {
        let text = description.to_string();
        for to in text.split(r##""$ref":"#"##).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(description.pointer(to).is_some(), "{to} leads nowhere");
        }
        assert!(!text.contains("[`"), "a link of rustdoc’s is no text for readers");
    }
}

/// Tools of AsyncAPI read schemas as draft 7, in which nothing counts beside a reference, and newer words are none.
#[test]
fn c5_the_schemas_of_the_socket_say_the_same_in_the_draft_that_asyncapi_reads() {
    fn look(schema: &Value) {
        const NEWER: [&str; 5] =
            ["$defs", "prefixItems", "unevaluatedProperties", "unevaluatedItems", "dependentRequired"];
        let Some(fields) = schema.as_object() else {
            schema.as_array().into_iter().flatten().for_each(look);
            return;
        };
        assert!(fields.len() == 1 || !fields.contains_key("$ref"), "{schema}");
        assert!(NEWER.iter().all(|word| !fields.contains_key(*word)), "{schema}");
        fields.values().for_each(look);
    }
    look(&asyncapi::description()["components"]["schemas"]);
}

/// The type of a frame of the server. The match does not compile without a new variant.
fn kind(frame: &ToClient) -> Option<&'static str> {
    Some(match frame {
        ToClient::Welcome { .. } => "welcome",
        ToClient::Change(_) => "change",
        ToClient::Message(_) => "message",
        ToClient::Stored(_) => "stored",
        ToClient::Receipt(_) => "receipt",
        ToClient::Ack { .. } => "ack",
        ToClient::Refused { .. } => "refused",
        ToClient::Typing { .. } => "typing",
        ToClient::Presence(_) => "presence",
        ToClient::Pong { .. } => "pong",
        ToClient::Reset { .. } => "reset",
        ToClient::Reload => "reload",
        ToClient::Desk { .. } => "desk",
        ToClient::Unknown => return None,
    })
}

/// Hears until a frame of this type came, and notes all that came. Each is held to the description (`Client::hear`).
async fn until(client: &mut Client, wanted: &str, heard: &mut BTreeSet<String>) {
    println!("waits for {wanted}");
    loop {
        let frame = client.hear().await;
        let kind = kind(&frame).expect("a frame that this version knows");
        heard.insert(kind.to_owned());
        if kind == wanted {
            return;
        }
    }
}

#[tokio::test]
async fn c5_every_frame_of_the_server_that_is_described_is_heard_and_no_other() {
    let place = &Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    // Since then they see each other's presence.
    place.send(&guest, conversation, "Hello").await.unwrap();
    place.send(&host, conversation, "Welcome").await.unwrap();
    let site = place.serve().await;
    let epoch = &place.context.epoch;
    let open = async |protocol: u32, who: &Viewer, head: i64| {
        Client::of_protocol(protocol, &site.url, &place.session(who).await, epoch, head).await
    };
    let mut heard = BTreeSet::new();
    let host = &mut open(PROTOCOL, &host, i64::MAX).await;
    until(host, "reset", &mut heard).await;
    let (guest, noor) = (&mut open(PROTOCOL, &guest, 0).await, &guest);
    until(guest, "welcome", &mut heard).await;
    until(guest, "change", &mut heard).await;
    guest.join(conversation).await;
    until(guest, "presence", &mut heard).await;
    let body = |body: &str| ToServer::SendMessage {
        id: MessageId::new(),
        conversation,
        body: body.to_owned(),
        attached: Default::default(),
    };
    guest.say(&body("Is it free?")).await;
    until(guest, "stored", &mut heard).await;
    guest.say(&body("  And in June? ")).await;
    until(guest, "ack", &mut heard).await;
    until(host, "message", &mut heard).await;
    host.say(&ToServer::Typing { conversation, is_typing: true }).await;
    until(guest, "typing", &mut heard).await;
    host.say(&ToServer::MarkRead { conversation, upto_seq: i64::MAX }).await;
    until(guest, "receipt", &mut heard).await;
    guest.text("{}").await;
    until(guest, "refused", &mut heard).await;
    guest.say(&ToServer::Ping).await;
    until(guest, "pong", &mut heard).await;
    until(&mut open(0, noor, 0).await, "reload", &mut heard).await;
    until(&mut open(PROTOCOL, &place.operator("Mara").await, 0).await, "desk", &mut heard).await;
    assert_eq!(heard, types(Sent::ByServer));
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
    for (field, value) in [("body", json!(7)), ("id", json!("5cdd6e35-31e4-4709-ba2b-2991a4f721c5"))] {
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
    for (sender, sent) in [("→", Sent::ByClient), ("←", Sent::ByServer)] {
        for kind in types(sent) {
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
async fn c5_anybody_reads_the_descriptions() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (_, page) = site.get("/api/docs", None).await;
    for (path, served) in [(frames::PATH, frames::schema()), (asyncapi::PATH, asyncapi::description())] {
        let (status, description) = site.get(path, None).await;
        assert_eq!((status, &description), (StatusCode::OK, served));
        assert!(page.as_str().unwrap().contains(&format!("href=\"{path}\"")), "{path}");
    }
}
