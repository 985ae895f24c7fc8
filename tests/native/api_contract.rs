//! The promise of docs/protocol.md, Versions: what is described stays. `tests/contracts/api.txt` has what was described; a line may
//! only go where the promise allows it. `STOA_WRITE_CONTRACT=1` writes the file anew, with what has come since.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stoa::web::rest::{frames::asyncapi, openapi};

const CONTRACT: &str = include_str!("../contracts/api.txt");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/api.txt");

/// What is described, each by its name: `GET /api/rooms`, `Message.seq`, `Rank: admin`. With its kind, and `!` if it is always there
/// (in answers) or has to be there (in requests).
type Contract = BTreeMap<String, String>;

fn current() -> Contract {
    let mut found = Contract::new();
    let rest = openapi::description();
    for (path, methods) in fields(&rest["paths"]) {
        for (method, operation) in fields(methods) {
            let name = format!("{} {path}", method.to_uppercase());
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            found.insert(format!("{name} body"), kind(body));
            found.insert(format!("{name} answer"), kind(answer));
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let is_required = parameter["required"] == true && parameter["in"] != "path";
                let text = kind(&parameter["schema"]) + if is_required { " !" } else { "" };
                found.insert(format!("{name} ?{}", parameter["name"].as_str().unwrap()), text);
            }
        }
    }
    for description in [rest, asyncapi::description()] {
        for (name, schema) in fields(&description["components"]["schemas"]) {
            describe(name, is_input(name, schema), schema, &mut found);
        }
    }
    found
}

/// Whether clients send it: then a field that has to be there may become one that may be missing, and not the other way round.
fn is_input(name: &str, schema: &Value) -> bool {
    schema.get("additionalProperties").is_some() || name.starts_with("Client") || name == "OpenThread"
}

fn describe(name: &str, is_input: bool, schema: &Value, found: &mut Contract) {
    for value in schema["enum"].as_array().into_iter().flatten() {
        found.insert(format!("{name}: {value}"), "there".to_owned());
    }
    for (part, options) in ["oneOf", "allOf"].map(|word| (word, schema[word].as_array())) {
        for option in options.into_iter().flatten() {
            // Alternatives are told apart by the word that each has.
            let tag = ["type", "kind", "state"].iter().find_map(|tag| tag_of(option, tag));
            let of = tag
                .filter(|_| part == "oneOf")
                .map_or_else(|| name.to_owned(), |tag| format!("{name}({tag})"));
            if option.get("$ref").is_some() {
                found.insert(format!("{name} {part} {}", kind(option)), "there".to_owned());
            }
            describe(&of, is_input, option, found);
        }
    }
    let required: BTreeSet<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let direction = if is_input { "<" } else { ">" };
    for (field, schema) in fields(&schema["properties"]) {
        let text = kind(schema) + if required.contains(field) { " !" } else { "" };
        found.insert(format!("{direction}{name}.{field}"), text);
    }
}

fn tag_of<'a>(schema: &'a Value, tag: &str) -> Option<&'a str> {
    let parts = schema["allOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
    parts.iter().find_map(|part| part["properties"][tag]["enum"][0].as_str())
}

/// A schema in short. What stands beside a reference is no part of it.
fn kind(schema: &Value) -> String {
    if let Some(to) = schema["$ref"].as_str() {
        return to.rsplit('/').next().unwrap().to_owned();
    }
    if let Some(options) = schema["oneOf"].as_array().or(schema["allOf"].as_array()) {
        let kinds: BTreeSet<_> = options.iter().map(kind).collect();
        return kinds.into_iter().collect::<Vec<_>>().join("|");
    }
    if schema["type"] == "array" {
        return format!("list of {}", kind(&schema["items"]));
    }
    let words = schema["enum"].as_array().into_iter().flatten();
    let words: Vec<_> = words.map(Value::to_string).collect();
    format!("{} {}", schema["type"], words.join("|")).replace('"', "").trim_end().to_owned()
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// What of the promise is broken: it was `before`, and is `now`.
fn broken(before: &Contract, now: &Contract) -> Vec<String> {
    let mut found = Vec::new();
    for (name, was) in before {
        let Some(is) = now.get(name) else {
            found.push(format!("{name} is gone"));
            continue;
        };
        let (was_required, is_required) = (was.ends_with('!'), is.ends_with('!'));
        let is_sent = name.starts_with('>');
        if was.trim_end_matches(" !") != is.trim_end_matches(" !") {
            found.push(format!("{name} was {was}, and is {is}"));
        } else if is_sent && was_required && !is_required {
            found.push(format!("{name} may be missing now"));
        } else if !is_sent && !was_required && is_required {
            found.push(format!("{name} has to be there now"));
        }
    }
    // Something new that has to be sent, of what is known already.
    let known: BTreeSet<_> = before.keys().filter_map(|name| Some(name.split_once(['.', '?'])?.0)).collect();
    for (name, _) in now.iter().filter(|(name, is)| !before.contains_key(*name) && is.ends_with('!')) {
        let of = name.split_once(['.', '?']).map_or("", |(of, _)| of);
        if !name.starts_with('>') && (known.contains(of) || before.contains_key(&format!("{}answer", of))) {
            found.push(format!("{name} is new, and has to be there"));
        }
    }
    found
}

fn parse(text: &str) -> Contract {
    let lines = text.lines().filter_map(|line| line.split_once(" = "));
    lines.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

#[test]
fn r7_what_programs_rely_on_stays_as_it_was_described() {
    let now = current();
    if std::env::var_os("STOA_WRITE_CONTRACT").is_some() {
        let lines: String = now.iter().map(|(name, kind)| format!("{name} = {kind}\n")).collect();
        std::fs::write(PATH, lines).unwrap();
    }
    assert_eq!(broken(&parse(CONTRACT), &now), Vec::<String>::new(), "see docs/protocol.md, Versions");
}

#[test]
fn r7_the_keeper_of_the_promise_finds_what_breaks_it() {
    let before = current();
    let changed = |change: &dyn Fn(&mut Contract)| {
        let mut now = before.clone();
        change(&mut now);
        broken(&before, &now)
    };
    let set = |now: &mut Contract, name: &str, kind: &str| drop(now.insert(name.to_owned(), kind.to_owned()));
    assert_eq!(changed(&|_| {}), Vec::<String>::new());
    for (name, kind) in [
        (">Message.seq", "string !"),
        (">Message.seq", "integer"),
        ("<NewMessage.attached", "NewAttached !"),
        ("<NewMessage.wanted", "string !"),
        ("GET /api/search ?wanted", "string !"),
        ("<ClientSendMessage.wanted", "string !"),
    ] {
        assert_eq!(changed(&|now| set(now, name, kind)).len(), 1, "{name} = {kind}");
    }
    for (name, kind) in [
        (">Message.more", "string !"),
        ("<NewMessage.more", "string"),
        ("<NewMessage.body", "string"),
        ("GET /api/search ?more", "string"),
        ("GET /api/more answer", "Message"),
        ("GET /api/more ?wanted", "string !"),
    ] {
        assert_eq!(changed(&|now| set(now, name, kind)), Vec::<String>::new(), "{name} = {kind}");
    }
    for name in ["GET /api/rooms answer", ">Message.seq", "Rank: \"admin\"", "<ClientHello.head"] {
        let gone = changed(&|now| drop(now.remove(name)));
        assert_eq!(gone, [format!("{name} is gone")]);
    }
}
