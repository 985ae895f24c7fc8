//! What is wrong is refused by its line and changes nothing; what is said is stored as sending stores it.

use serde_json::{Value, json};
use stoa::shared::messages::body::check_body;

use super::{ISSUER, Import, counts};
use crate::contents::contents;

const AT: &str = "2023-11-14T22:13:20Z";

fn user(id: &str) -> Value {
    json!({ "type": "user", "id": id, "name": format!("Visitor {id}"), "changed_at": AT })
}

fn room(id: &str, participants: &[&str]) -> Value {
    json!({ "type": "conversation", "id": id, "participants": participants, "title": id, "created_at": AT })
}

fn message(id: &str, conversation: &str, sender: &str, text: &str) -> Value {
    json!({ "type": "message", "id": id, "conversation": conversation, "sender": sender, "text": text, "created_at": AT })
}

fn with(mut line: Value, field: &str, value: Value) -> Value {
    line[field] = value;
    line
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

async fn with_people() -> Import {
    let import = Import::new().await;
    let listing = json!({ "type": "listing", "id": "house", "host": "tomas", "kind": "stay", "title": "Boathouse", "price_minor": 1,
        "changed_at": AT });
    import.taken(&lines(&[
        user("noor"),
        user("tomas"),
        user("ines"),
        listing,
        room("market", &["noor", "tomas"]),
    ]));
    import
}

#[tokio::test]
async fn r2_lines_that_are_wrong_are_refused_by_their_numbers_and_change_nothing() {
    let import = with_people().await;
    let before = contents(&import.place).await;
    let long = "x".repeat(10_001);
    let listing = |people: &[&str]| with(room("c", people), "listing", json!("house"));
    let say = |text: &str| message("m", "market", "noor", text);
    let many: Vec<Value> = (0..31).map(|_| json!({ "url": "https://files.example.com/a" })).collect();
    let crowd: Vec<String> = (0..501).map(|n| format!("u{n}")).collect();
    let wrong: Vec<(String, &str)> = vec![
        ("not JSON".to_owned(), "read"),
        ("[]".to_owned(), "read"),
        ("{}".to_owned(), "type"),
        (json!({ "type": "basket", "id": "1" }).to_string(), "type"),
        (json!({ "type": "message", "id": 1 }).to_string(), "id"),
        ("\u{1}".to_owned(), "read"),
        ("x".repeat(1_200_000), "1 MiB"),
        (with(user("a b"), "x", Value::Null).to_string(), "read"),
        (user("a b").to_string(), "id"),
        (with(user("eve"), "name", json!("")).to_string(), "name"),
        (with(user("eve"), "changed_at", json!("yesterday")).to_string(), "changed_at"),
        (with(room("c", &["noor"]), "participants", json!(crowd)).to_string(), "participants"),
        (room("c", &[]).to_string(), "participants"),
        (room("c", &["noor", "nobody"]).to_string(), "participants"),
        (room("c d", &["noor"]).to_string(), "id"),
        (with(room("c", &["noor"]), "title", json!("a\u{202e}b")).to_string(), "title"),
        (with(room("c", &["noor"]), "created_at", json!("2023-11-14")).to_string(), "created_at"),
        (with(room("c", &["noor"]), "created_at", json!("1969-01-01T00:00:00Z")).to_string(), "created_at"),
        (with(room("c", &["noor"]), "created_at", json!("2222-01-01T00:00:00Z")).to_string(), "created_at"),
        (with(room("c", &["noor"]), "email", json!("noor@example.com")).to_string(), "read"),
        (listing(&["noor", "tomas", "ines"]).to_string(), "participants"),
        (listing(&["noor", "ines"]).to_string(), "participants"),
        (listing(&["tomas"]).to_string(), "participants"),
        (with(room("c", &["noor", "tomas"]), "listing", json!("boat")).to_string(), "listing"),
        (with(room("c", &["noor", "tomas"]), "order", json!("A-1")).to_string(), "order"),
        (with(listing(&["noor", "tomas"]), "order", json!("A-1")).to_string(), "order"),
        (message("m", "nowhere", "noor", "Hello").to_string(), "conversation"),
        (say("").to_string(), "text"),
        (say(" \n ").to_string(), "text"),
        (say(&long).to_string(), "text"),
        (say("a\u{0}b").to_string(), "text"),
        (say("a\u{7}b").to_string(), "text"),
        (with(say("Hello"), "sender", json!("nobody")).to_string(), "sender"),
        (with(say("Hello"), "sender", json!("a b")).to_string(), "sender"),
        (with(say("Hello"), "id", json!("a b")).to_string(), "id"),
        (with(say("Hello"), "created_at", json!("2222-01-01T00:00:00Z")).to_string(), "created_at"),
        (with(say("Hello"), "edited_at", json!("soon")).to_string(), "edited_at"),
        (with(say("Hello"), "deleted_at", json!("")).to_string(), "deleted_at"),
        (with(say("Hello"), "attachments", json!(many)).to_string(), "attachments"),
        (with(say("Hello"), "attachments", json!([{ "name": "a" }])).to_string(), "read"),
        (with(say("Hello"), "attachments", json!([{ "url": long }])).to_string(), "text"),
        (with(say("Hello"), "html", json!("<b>Hello</b>")).to_string(), "read"),
    ];
    for (line, why) in &wrong {
        // In the second line; a room that is there and whose line is repeated comes with it.
        let output = import.lines(&format!("{}\n{line}\n", room("market", &["noor", "tomas"])));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && !said.contains("panicked"), "{line:.80}: {said}");
        assert!(said.contains("refused 2") && said.contains(why), "{line:.80}: {said}");
        assert!(said.contains("stoa: one line was refused"), "{line:.80}: {said}");
        assert_eq!(counts(&output)["conversations"][2], 1, "the other one was there before");
    }
    assert_eq!(import.changed_since(&before).await, Vec::<String>::new());
    assert!(wrong.len() > 40);
}

#[tokio::test]
async fn r2_a_line_that_is_refused_takes_only_itself_and_what_needs_it() {
    let import = with_people().await;
    let all = lines(&[
        room("gone", &["noor", "nobody"]),
        message("1", "gone", "noor", "Is anybody here?"),
        room("harbour", &["noor", "ines"]),
        message("1", "harbour", "noor", "One"),
        message("2", "harbour", "nobody", "Two"),
        message("3", "harbour", "ines", "Three"),
        message("3", "harbour", "ines", "Three again"),
        user("eve"),
    ]);
    let output = import.lines(&all);
    assert_eq!(output.status.code(), Some(1));
    let of = counts(&output);
    assert_eq!(of["conversations"], [2, 1, 0, 1]);
    assert_eq!(of["messages"], [5, 2, 1, 2], "{output:?}");
    assert_eq!(of["users"], [1, 1, 0, 0]);
    let texts: Vec<String> = import.said().await.into_iter().map(|said| said.3).collect();
    assert_eq!(texts, ["One", "Three"]);
    // Once who was missing is there, the same takes the rest.
    let of = counts(&import.lines(&(lines(&[user("nobody")]) + &all)));
    assert_eq!((of["conversations"], of["messages"]), ([2, 1, 1, 0], [5, 2, 3, 0]));
    import.check().await;
}

#[tokio::test]
async fn r2_what_was_said_is_stored_as_sending_stores_it() {
    let import = with_people().await;
    let texts = [
        "<script>alert(1)</script>",
        "  line one\r\nline two\r\n\r\n",
        "e\u{301}",
        "a\u{feff}b",
        "'; DROP TABLE messages; --",
        "\u{202e}gpj.exe",
        "<img src=x onerror=alert(1)> &amp; \u{200b}",
    ];
    let said = texts.iter().enumerate().map(|(n, text)| message(&n.to_string(), "market", "noor", text));
    let attached = json!([{ "name": "a\nb.pdf", "url": "javascript:alert(1)" }, { "url": "https://files.example.com/c" }]);
    let attached = with(message("9", "market", "tomas", ""), "attachments", attached);
    let all: Vec<Value> =
        [room("market", &["noor", "tomas"])].into_iter().chain(said).chain([attached]).collect();
    import.taken(&lines(&all));
    let stored: Vec<String> = import.said().await.into_iter().map(|said| said.3).collect();
    let mut expected: Vec<String> = texts.iter().map(|text| check_body(text).expect("a text")).collect();
    expected.push("a b.pdf: javascript:alert(1)\nhttps://files.example.com/c".to_owned());
    assert_eq!(stored, expected);
    import.check().await;
}

#[tokio::test]
async fn r2_what_stands_against_an_import_as_a_whole_is_said_in_one_line() {
    let import = Import::new().await;
    let complaint = |options: &[&str], files: &[&str]| {
        let files: Vec<std::path::PathBuf> =
            files.iter().map(|file| import.folder.path().join(file)).collect();
        let files: Vec<&std::path::Path> = files.iter().map(std::path::PathBuf::as_path).collect();
        let output = import.import(&files, options).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.lines().count() == 1 && said.starts_with("stoa: "),
            "{said}"
        );
        said
    };
    let file = import.file("lines", "");
    import.file("half.json", "{\"data\": [{\"id\": \"noor\", \"name\": \"Noor\"}, {\"id\"");
    assert!(complaint(&[], &["nothing"]).contains("nothing"));
    assert!(complaint(&["--issuer", "other.example.com"], &["lines"]).contains("no such issuer"));
    assert!(complaint(&["--from", "talkjs"], &["half.json"]).contains("nothing was stored"));
    let unknown = import.file("other.json", "{\"id\": 7}\n");
    let output = import.import(&[&unknown], &["--from", "sendbird"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("refused 1: object: this is neither"), "{said}");
    // Of several issuers one is named, whose ids are apart from those of the others.
    let made = import
        .command(&["embed-key", "create", "--database", &import.place.database.url, "b.example.com"])
        .output();
    assert!(made.expect("it runs").status.success());
    assert!(complaint(&[], &["lines"]).contains("several issuers"));
    std::fs::write(&file, lines(&[user("noor")])).unwrap();
    for issuer in [ISSUER, "b.example.com"] {
        assert_eq!(import.imported(&[&file], &["--issuer", issuer])["users"], [1, 1, 0, 0]);
    }
    let left = std::fs::read_dir(import.folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("stoa-import"));
    assert_eq!(left.count(), 0, "no temporary file stays");
}

#[tokio::test]
async fn r2_a_file_that_a_server_uses_is_left_alone() {
    let place = crate::place::Place::on_sqlite().await;
    let import = Import::on(place);
    let _claim =
        stoa::server::store::engine::backup::lock(&import.place.database.url).expect("nobody else has it");
    let output = import.lines(&lines(&[user("noor")]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("a server runs on"), "{said}");
}
