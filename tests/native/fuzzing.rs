//! The properties of `fuzz/`, each tried with 256 inputs: bytes at random, and what is valid with something in it
//! changed. What once failed is kept in regressions.txt and tried first.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    string::string_regex,
    test_runner::FileFailurePersistence,
};
use serde_json::Value;

#[path = "../../fuzz/properties.rs"]
mod properties;

/// The greatest whole number that every reader of JSON keeps.
const GREATEST: i64 = (1 << 53) - 1;

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/native/regressions.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn e7_frames_are_read_or_refused_and_what_is_new_is_unknown(data in input("frames")) {
        properties::frames(&data);
    }

    #[test]
    fn e7_cursors_ids_and_codes_come_back_as_they_were_or_are_refused(data in cursor()) {
        properties::cursors(&data);
    }

    #[test]
    fn e7_bodies_are_read_or_refused_and_unknown_fields_always(data in input("bodies")) {
        properties::bodies(&data);
    }

    #[test]
    fn e7_texts_are_tidied_once_and_links_lead_to_the_web(data in text()) {
        properties::texts(data.as_bytes());
    }

    #[test]
    fn e7_words_of_other_nodes_are_read_or_left_aside(data in input("bus_messages")) {
        properties::bus_messages(&data);
    }

    #[test]
    fn e7_the_clients_state_takes_whatever_the_server_says(data in input("state")) {
        properties::state(&data);
    }
}

#[test]
fn e7_the_samples_are_what_they_stand_for() {
    use stoa::shared::sync::pages::ConversationPage;
    use stoa::{
        server::bus::BusEnvelope,
        shared::sync::{
            changes::Change,
            wire::{ToClient, ToServer},
        },
    };
    for frame in samples("frames") {
        let text = frame.to_string();
        let is_read = serde_json::from_str::<ToServer>(&text).is_ok_and(|frame| frame != ToServer::Unknown)
            || serde_json::from_str::<ToClient>(&text).is_ok_and(|frame| frame != ToClient::Unknown);
        assert!(is_read || frame["type"] == "of_tomorrow", "{text}");
    }
    for said in samples("bus_messages") {
        serde_json::from_value::<BusEnvelope>(said).unwrap();
    }
    for said in samples("state") {
        serde_json::from_value::<ConversationPage>(said[0].clone()).unwrap();
        serde_json::from_value::<stoa::shared::sync::pages::MessagePage>(said[1].clone()).unwrap();
        serde_json::from_value::<stoa::shared::sync::pages::NotificationPage>(said[2].clone()).unwrap();
        serde_json::from_value::<Change>(said[3].clone()).unwrap();
        serde_json::from_value::<Change>(said[4].clone()).unwrap();
    }
}

fn samples(of: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../fuzz/samples.json")).unwrap();
    all[of].as_array().unwrap().clone()
}

/// Bytes, or a sample in which a few values are others and a few bytes too.
fn input(of: &str) -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), odd()), 0..4);
    let bytes = vec((any::<Index>(), any::<u8>()), 0..3);
    let changed = (select(samples(of)), changes, bytes).prop_map(|(mut value, changes, bytes)| {
        for (at, odd) in changes {
            let count = places(&mut value, &mut |_| {});
            let mut at = at.index(count);
            places(&mut value, &mut |place| {
                if at == 0 {
                    *place = odd.clone();
                }
                at = at.wrapping_sub(1);
            });
        }
        let mut text = value.to_string().into_bytes();
        for (at, byte) in bytes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        text
    });
    prop_oneof![1 => vec(any::<u8>(), 0..200), 9 => changed]
}

/// Goes through all values, outer ones first, and counts them.
fn places(value: &mut Value, visit: &mut impl FnMut(&mut Value)) -> usize {
    visit(value);
    1 + match value {
        Value::Array(values) => values.iter_mut().map(|value| places(value, visit)).sum(),
        Value::Object(fields) => fields.values_mut().map(|value| places(value, visit)).sum(),
        _ => 0,
    }
}

const WORDS: &[&str] =
    &["", "type", "news", "active", "text", "REQ-QDDUM9", "01a20135-31e4-7709-ba2b-2991a4f721c5", "\u{0}"];

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![select(vec![0, 1, -1, 2, 3, GREATEST, -GREATEST]), -GREATEST..=GREATEST]
            .prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(WORDS).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
    ]
}

/// What stands in addresses and in queries.
fn cursor() -> impl Strategy<Value = Vec<u8>> {
    let id = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    let name =
        "(limit|(after|before|around)_seq|since|version|after_(id|raised|listed)|view|kind|seen_version)";
    let written = |pattern: String| string_regex(&pattern).unwrap();
    prop_oneof![
        written(format!("-?[0-9]{{1,20}}\\.{id}")),
        written(format!("{name}=-?[0-9]{{1,20}}(&{name}={id})?")),
        written(id.to_owned()),
        " ?(REQ|req)-[2-9A-Za-z]{5,7} ?",
        "[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}",
        ".{0,60}",
    ]
    .prop_map(String::into_bytes)
}

/// Words with addresses, marks and what looks like markup between them.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "http://",
        "HTTPS://",
        "https://a.example/",
        "www.",
        "a.example",
        "javascript:",
        "data:",
        "//",
        "/\\",
        "/",
        "<",
        ">",
        "\"",
        "'",
        "(",
        ")",
        "@",
        ":",
        "\u{202E}",
        "\u{2066}",
        "\u{200F}",
        "\u{200D}",
        "\u{FE0F}",
        "\u{1F600}",
        "\u{0}",
        "\r\n",
        "\r",
        "\n",
        "\t",
        "\u{85}",
        "\u{A0}",
        "\u{3000}",
        "\u{FEFF}",
        "\u{E0001}",
        " ",
        "&lt;",
        "</title>",
        "{\"code\":\"notice\"}",
    ];
    let piece = prop_oneof![6 => select(pieces.to_vec()).prop_map(str::to_owned), 3 => ".{0,8}", 1 => any::<String>()];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
