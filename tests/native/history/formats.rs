//! Each system's export becomes what was in it, and the same again changes nothing.

use serde_json::json;

use super::{Import, Said, counts, fixture, hash};
use crate::contents::contents;

/// 2023-11-14T22:13:20Z, at which the fixtures begin, in microseconds.
const BEGAN: i64 = 1_700_000_000_000_000;
const SECOND: i64 = 1_000_000;
const HOUSE: &str = "shop.example.com house-17";

/// The host of the listing, and the listing.
const LISTING: &str = "\
{\"type\": \"listing\", \"id\": \"house-17\", \"host\": \"tomas\", \"kind\": \"stay\", \"title\": \"Boathouse\", \"place\": \"Åre\", \"price_minor\": 14800, \"changed_at\": \"2023-01-01T00:00:00Z\"}
{\"type\": \"user\", \"id\": \"tomas\", \"name\": \"Tomas\", \"changed_at\": \"2023-01-01T00:00:00Z\"}
";

fn said(conversation: &str, sender: &str, seconds: f64, text: &str) -> Said {
    (
        conversation.to_owned(),
        sender.to_owned(),
        BEGAN + (seconds * 1e6).round() as i64,
        text.to_owned(),
        None,
        None,
    )
}

fn edited(mut said: Said, seconds: i64) -> Said {
    said.4 = Some(BEGAN + seconds * SECOND);
    said
}

fn deleted(mut said: Said, seconds: i64) -> Said {
    said.5 = Some(BEGAN + seconds * SECOND);
    said
}

/// Imports a fixture twice, and compares.
async fn imports(
    system: &str,
    options: &[&str],
    expected: &[Said],
    left_out: &str,
    [users, conversations]: [u64; 2],
) -> Import {
    let import = Import::new().await;
    assert_eq!(import.taken(LISTING)["listings"], [1, 1, 0, 0], "a host may come after the listing");
    let file = fixture(&format!("{system}.json"));
    let options = [&["--from", system][..], options].concat();
    let output = import.import(&[&file], &options).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let messages = expected.len() as u64;
    let of = counts(&output);
    assert_eq!((of["users"][0], of["users"][3]), (users, 0), "{of:?}");
    assert_eq!(of["conversations"], [conversations, conversations, 0, 0]);
    assert_eq!(of["messages"], [messages, messages, 0, 0]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(left_out), "{text}");
    let stored = import.said().await;
    assert_eq!(stored, expected);
    assert_eq!(hash(&stored), hash(expected));
    import.check().await;
    let before = contents(&import.place).await;
    let again = import.imported(&[&file], &options);
    assert_eq!(again["messages"], [messages, 0, messages, 0]);
    assert_eq!(again["conversations"], [conversations, 0, conversations, 0]);
    assert_eq!(import.changed_since(&before).await, Vec::<String>::new());
    import
}

#[tokio::test]
async fn r2_an_export_of_talkjs_becomes_what_was_in_it() {
    let expected = [
        said("Inês Faria, Noor Haddad, Tomas Berg", "ines", 55.0, "Who brings the lamps?"),
        said("Inês Faria, Noor Haddad, Tomas Berg", "tomas", 60.0, "63.3992, 13.0815"),
        said(HOUSE, "noor", 101.0, "Is the boathouse free in June?"),
        said(HOUSE, "tomas", 200.5, "plan.pdf: https://files.example.com/a/plan.pdf?v=2"),
        edited(said(HOUSE, "noor", 300.0, "Thanks <b>a lot</b> & see you\n😀"), 310),
    ];
    let options = ["--listing-field", "listingId"];
    let import = imports("talkjs", &options, &expected, "Left out: 1 messages of the system.", [3, 2]).await;
    let kinds: Vec<(String, i64)> = import
        .place
        .rows("SELECT kind, (SELECT COUNT(*) FROM participants p WHERE p.conversation_id = c.id) FROM conversations c ORDER BY kind")
        .await;
    assert_eq!(kinds, [("listing".to_owned(), 2), ("room".to_owned(), 3)]);
}

#[tokio::test]
async fn r2_an_export_of_stream_becomes_what_was_in_it() {
    let room = "Harbour market";
    // A day later at 8 o'clock.
    let morning = 35_200.0;
    let expected = [
        said(room, "ines", morning + 60.0, "Stall 14 is ours."),
        said(room, "leo", morning + 120.0, "I take the pictures."),
        said(HOUSE, "noor", 101.123456, "Is the boathouse free in June?"),
        edited(
            said(
                HOUSE,
                "tomas",
                200.5,
                "Yes, here is the plan.\nplan.pdf: https://files.example.com/plan.pdf\ntap.jpg: https://files.example.com/tap.jpg",
            ),
            220,
        ),
        deleted(said(HOUSE, "noor", 300.5, ""), 340),
    ];
    let options = ["--listing-field", "listing"];
    let import = imports("stream", &options, &expected, "Left out: 1 messages of the system.", [4, 2]).await;
    // Whoever wrote and is no member is known as one who was, and who made a channel moderates the room.
    let people: Vec<(String, String, bool)> = import
        .place
        .rows(
            "SELECT i.subject, p.role, p.left_at IS NOT NULL FROM participants p JOIN identities i ON i.user_id = p.user_id \
             JOIN rooms r ON r.conversation_id = p.conversation_id ORDER BY i.subject",
        )
        .await;
    let expected = [("ines", "moderator", false), ("leo", "member", true), ("noor", "member", false)];
    assert_eq!(people, expected.map(|(who, role, has_left)| (who.to_owned(), role.to_owned(), has_left)));
    assert_eq!(import.place.rows::<(i64,)>("SELECT people FROM rooms").await, [(2,)]);
}

#[tokio::test]
async fn r2_an_export_of_sendbird_becomes_what_was_in_it() {
    let expected = [
        said("Harbour market", "ines", 600.0, "Stall 14 is ours."),
        said(HOUSE, "noor", 101.0, "Is the boathouse free in June?"),
        edited(said(HOUSE, "tomas", 200.5, "Yes, all of it."), 250),
        said(HOUSE, "tomas", 300.0, "plan.pdf: https://files.example.com/plan.pdf"),
        deleted(said(HOUSE, "noor", 400.0, ""), 400),
    ];
    imports(
        "sendbird",
        &["--listing-field", "listing"],
        &expected,
        "Left out: 1 messages of admins.",
        [4, 2],
    )
    .await;
}

#[tokio::test]
async fn r2_an_export_of_chatwoot_becomes_what_was_in_it() {
    let expected = [
        said("#42", "contact-8", 1_001.0, "Where is stall 14?"),
        deleted(said("#42", "agent-3", 1_050.0, ""), 1_050),
        said("#42", "agent-3", 1_100.0, "Between the oysters and the lamps."),
        said("The key box", "noor", 101.0, "The key box does not open."),
        said("The key box", "agent-3", 200.0, "Turn it twice.\nimage: https://files.example.com/key.jpg"),
        said("The key box", "noor", 300.0, "It opens now."),
    ];
    let import = imports("chatwoot", &[], &expected, "Left out: 1 private notes.", [3, 2]).await;
    // Of what is resolved an agent is no member any more.
    let rooms: Vec<(String, i64)> = import.place.rows("SELECT name, people FROM rooms ORDER BY name").await;
    assert_eq!(rooms, [("#42".to_owned(), 1), ("The key box".to_owned(), 2)]);
}

#[tokio::test]
async fn r2_what_an_export_becomes_can_be_printed_and_imported_as_lines() {
    let (import, other) = (Import::new().await, Import::new().await);
    let options = ["--from", "stream"];
    import.imported(&[&fixture("stream.json")], &options);
    let printed =
        other.import(&[&fixture("stream.json")], &["--from", "stream", "--print"]).output().expect("it runs");
    let text = String::from_utf8(printed.stdout).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4 + 2 + 5, "{text}");
    assert_eq!(other.said().await, [], "nothing was imported");
    // In any order.
    let backwards: Vec<&str> = lines.into_iter().rev().collect();
    other.taken(&backwards.join("\n"));
    assert_eq!(other.said().await, import.said().await);
    other.check().await;
}

#[tokio::test]
async fn r2_users_listings_orders_and_a_conversation_come_in_lines() {
    let import = Import::new().await;
    let order = json!({ "type": "order", "id": "A-9", "listing": "house-17", "guest": "noor", "status": "accepted", "starts_on": "2023-12-10",
        "ends_on": "2023-12-13", "note": "We come late.", "url": "https://shop.example.com/orders/A-9",
        "changed_at": "2023-11-20T00:00:00Z" });
    let message = json!({ "type": "message", "id": "1", "conversation": "c1", "sender": "noor", "text": "Is it free?",
        "created_at": "2023-11-14T22:13:21Z" });
    let conversation = json!({ "type": "conversation", "id": "c1", "participants": ["tomas", "noor"], "listing": "house-17",
        "title": "Not used", "created_at": "2023-11-14T22:13:20Z" });
    let user =
        json!({ "type": "user", "id": "noor", "name": "Noor Haddad", "changed_at": "2023-11-14T22:13:20Z" });
    let lines = format!("{order}\n{message}\n\n{conversation}\n{LISTING}{user}\n");
    let of = import.taken(&lines);
    for kind in ["users", "listings", "orders", "conversations", "messages"] {
        let lines = if kind == "users" { 2 } else { 1 };
        assert_eq!(of[kind], [lines, lines, 0, 0], "{kind}: {of:?}");
    }
    import.check().await;
    // The order goes on in the conversation, after what was said before, when the marketplace says.
    let said: Vec<(String, i64)> =
        import.place.rows("SELECT kind, created_at FROM messages ORDER BY seq").await;
    let ordered = BEGAN + 438_400 * SECOND;
    let kinds = ["text", "system", "text", "system"].map(str::to_owned);
    assert_eq!(said.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>(), kinds);
    assert_eq!(
        said.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
        [BEGAN + SECOND, ordered, ordered, ordered]
    );
    let audited: Vec<(String,)> =
        import.place.rows("SELECT action FROM audit WHERE action LIKE 'order%'").await;
    assert_eq!(audited, [("order_accepted_by_command_line".to_owned(),)]);
    let before = contents(&import.place).await;
    assert_eq!(import.taken(&lines)["orders"], [1, 0, 1, 0]);
    assert_eq!(import.changed_since(&before).await, Vec::<String>::new());
    // And what belongs to an order that is there comes into its conversation, with the time of what stands before it.
    let more = json!({ "type": "message", "id": "2", "conversation": "c2", "sender": "tomas", "text": "Yes.",
        "created_at": "2023-11-14T22:13:22Z" });
    let of_order = json!({ "type": "conversation", "id": "c2", "participants": ["noor", "tomas"], "order": "A-9",
        "created_at": "2023-11-14T22:13:22Z" });
    let output = import.lines(&format!("{more}\n{of_order}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("1 messages have the time of a later one that was there before."), "{text}");
    assert_eq!(
        import.said().await.last().map(|said| (said.2, said.3.clone())),
        Some((ordered, "Yes.".to_owned()))
    );
    import.check().await;
}
