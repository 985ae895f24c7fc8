//! Properties for fuzzing: invariants of every parser of untrusted input. Each function takes arbitrary bytes
//! and panics if an invariant is violated. `tests/native/fuzzing.rs` tries each with a few hundred inputs;
//! `cargo fuzz` runs until it is stopped.

use axum::{extract::Query, http::Uri};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use stoa::{
    server::bus::{BusEnvelope, BusMessage},
    shared::{
        conversations::system_messages::SystemMessage,
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        messages::body::BODY_MAX_CHARS,
        operators::broadcasts::check_notice,
        orders::code::{OrderCode, OrderKey},
        sync::{
            changes::{Change, Poll},
            inbox::Inbox,
            pages::{ConversationPage, MessagePage, NotificationPage},
            thread::Thread,
            wire::{ToClient, ToServer},
        },
        values::{
            dates::Day,
            links::{self, Segment},
            page_cursor::PageCursor,
            text,
        },
    },
    web::rest::{conversations, messages, notifications, orders, rooms},
};

/// Socket frames: parsing never panics, a parsed frame survives a round trip, and a frame of an unknown type
/// is `Unknown`.
pub fn frames(data: &[u8]) {
    let to_server = ["hello", "join_conversation", "leave_conversation", "send_message", "edit_message"];
    let to_server =
        [&to_server[..], &["delete_message", "typing", "delivered", "mark_read", "ping"]].concat();
    let to_client =
        ["welcome", "change", "ack", "refused", "typing", "presence", "pong", "reset", "reload", "desk"];
    survives_round_trip::<ToServer>(data);
    survives_round_trip::<ToClient>(data);
    let Some(word) = string_field(data, "type") else { return };
    if !to_server.contains(&&*word) {
        assert_eq!(serde_json::from_slice::<ToServer>(data).ok(), Some(ToServer::Unknown), "{word}");
    }
    if !to_client.contains(&&*word) {
        assert_eq!(serde_json::from_slice::<ToClient>(data).ok(), Some(ToClient::Unknown), "{word}");
    }
}

/// Cursors, ids, order codes and days: a parsed value survives a round trip, and everything else is refused.
pub fn cursors(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(cursor) = text.parse::<PageCursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!(text.contains('.') && text.len() > 32);
    }
    if let Ok(code) = text.parse::<OrderCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string().parse().ok(), Some(day));
    }
    if let Ok(id) = text.parse::<MessageId>() {
        assert_eq!(id.to_string().parse().ok(), Some(id));
    }
    match OrderKey::parse(text) {
        Ok(key) => assert_eq!(OrderKey::parse(&key.to_string()).ok(), Some(key)),
        Err(error) => assert_eq!(error.code, ErrorCode::NotFound),
    }
    if let Ok(uri) = format!("/?{}", text.replace([' ', '#'], "+")).parse::<Uri>() {
        let _ = Query::<conversations::ListParams>::try_from_uri(&uri);
        let _ = Query::<messages::ListParams>::try_from_uri(&uri).map(|Query(params)| params.range());
        let _ = Query::<messages::PollParams>::try_from_uri(&uri);
        let _ = Query::<messages::DeleteParams>::try_from_uri(&uri);
        let _ = Query::<notifications::ListParams>::try_from_uri(&uri);
        let _ = Query::<orders::ListParams>::try_from_uri(&uri);
        let _ = Query::<rooms::ListParams>::try_from_uri(&uri);
    }
}

/// HTTP request bodies: parsing never panics, and a body with an unknown field is refused.
pub fn bodies(data: &[u8]) {
    denies_unknown_fields::<conversations::NewConversation>(data);
    denies_unknown_fields::<messages::NewMessage>(data);
    denies_unknown_fields::<messages::NewText>(data);
    denies_unknown_fields::<messages::NewSystemMessage>(data);
    denies_unknown_fields::<messages::ReadUpto>(data);
    denies_unknown_fields::<notifications::NewOne>(data);
    denies_unknown_fields::<notifications::Reading>(data);
    denies_unknown_fields::<orders::NewOrder>(data);
    denies_unknown_fields::<orders::NewStatus>(data);
    denies_unknown_fields::<rooms::NewRoom>(data);
    denies_unknown_fields::<rooms::Invitation>(data);
    denies_unknown_fields::<rooms::Acceptance>(data);
    denies_unknown_fields::<rooms::Withdrawal>(data);
    denies_unknown_fields::<rooms::Removal>(data);
    denies_unknown_fields::<rooms::NewRole>(data);
    denies_unknown_fields::<rooms::NewLink>(data);
    denies_unknown_fields::<rooms::Joining>(data);
    denies_unknown_fields::<rooms::NewName>(data);
}

/// Texts: normalising is idempotent, links are `http` or `https` URLs without characters that end a URL, and
/// the parts of a message join to the message.
pub fn texts(data: &[u8]) {
    let given = String::from_utf8_lossy(data);
    if let Ok(tidy) = text::block("body", "The message", &given, 1, BODY_MAX_CHARS) {
        assert_eq!(text::block("body", "The message", &tidy, 1, BODY_MAX_CHARS).as_ref(), Ok(&tidy));
        assert_eq!(text::without_controls(&tidy), tidy);
    }
    if let Ok(tidy) = text::line("name", "The name", &given, 1, 300) {
        assert_eq!(text::line("name", "The name", &tidy, 1, 300).as_ref(), Ok(&tidy));
        assert!(!tidy.contains(['\n', '\r', '\t', '\0', '\u{202E}', '\u{2066}']));
    }
    assert!(!text::escape_raw_element(&given).contains('<'));
    let parts = links::segments(&given);
    let joined: String = parts
        .iter()
        .map(|part| match part {
            Segment::Text(part) | Segment::Link(part) | Segment::Email(part) => part.as_str(),
        })
        .collect();
    assert_eq!(joined, given);
    for part in &parts {
        if let Segment::Email(address) = part {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
            assert!(address.chars().all(is_plain), "{address}");
        }
        let Segment::Link(address) = part else { continue };
        let lower = address.to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"), "{address}");
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c);
        assert!(!address.contains(ends), "{address}");
    }
    links::is_emoji_only(&given);
    let event = SystemMessage::from_body(&given);
    assert_eq!(SystemMessage::from_body(&event.to_body()), event);
    if let Ok(SystemMessage::Notice { link: Some(link), .. }) = check_notice("Title", "", Some(&given)) {
        let is_path = link.starts_with('/') && !link.starts_with("//") && !link.starts_with("/\\");
        assert!(is_path || link.starts_with("https://"), "{link}");
    }
}

/// Bus messages of other nodes: parsing never panics, a parsed message survives a round trip, and messages of
/// later versions are `Unknown`.
pub fn bus_messages(data: &[u8]) {
    let Ok(envelope) = serde_json::from_slice::<BusEnvelope>(data) else { return };
    let Ok(text) = serde_json::to_string(&envelope) else { panic!("a message can't be written again") };
    let again = serde_json::from_str::<BusEnvelope>(&text).ok().map(|envelope| envelope.messages);
    assert_eq!(again.as_ref(), Some(&envelope.messages));
    let Ok(Value::Object(whole)) = serde_json::from_slice::<Value>(data) else { return };
    let Some(Value::Array(words)) = whole.get("words") else { return };
    let known = ["news", "desk", "typing", "moved", "beat", "here", "tell", "spent", "stopping"];
    for (message, raw) in envelope.messages.iter().zip(words) {
        let is_known = raw["word"].as_str().is_some_and(|word| known.contains(&word));
        assert!(is_known || *message == BusMessage::Unknown, "{raw}");
    }
}

/// Client state: applying pages and changes never panics. The input is `[conversation page, message page,
/// notification page, change …]`, with numbers that JavaScript represents exactly.
pub fn state(data: &[u8]) {
    let Ok(Value::Array(mut inputs)) = serde_json::from_slice(data) else { return };
    if !inputs.iter().all(has_exact_integers) {
        return;
    }
    inputs.resize(inputs.len().max(3), Value::Null);
    let (page, messages, notifications) = (read(&inputs[0]), read(&inputs[1]), read(&inputs[2]));
    let mut inbox = page.map(|page: ConversationPage| Inbox::from_page(page)).unwrap_or_default();
    let mut thread = messages.map(|page: MessagePage| Thread::from_page(page));
    if let Some(page) = notifications {
        let page: NotificationPage = page;
        inbox.notifications.add_page(&page);
        inbox.add_notifications(page);
    }
    for input in &inputs[3..] {
        if let Some(ToClient::Ack { message, .. }) = read(input)
            && let Some(thread) = &mut thread
        {
            thread.put_sent(message);
        }
        let change = match read(input) {
            Some(Poll::News { change, .. }) => Some(change),
            _ => read::<Change>(input),
        };
        let Some(change) = change else { continue };
        inbox.apply(&change);
        for update in &change.messages {
            if let Some(thread) = &mut thread {
                thread.apply(update);
            }
        }
        let first = change.conversations.first().map(|update| update.id());
        if let (Some(thread), Some(row)) =
            (&mut thread, first.and_then(|id: ConversationId| change.summary(id)))
        {
            thread.apply_summary(row);
        }
        read_like_pages(&inbox, thread.as_mut());
    }
    read_like_pages(&inbox, thread.as_mut());
}

/// Calls everything that pages read from the client state.
fn read_like_pages(inbox: &Inbox, thread: Option<&mut Thread>) {
    assert!(inbox.rows().iter().all(|row| inbox.get(row.id) == Some(row)));
    for row in inbox.rows() {
        let _ = (row.names(), row.avatar().map(|person| person.initials()), row.subject.title());
    }
    let _ = (inbox.unconfirmed_reads(), inbox.next(), inbox.with_notification(None), inbox.to_page());
    for notification in inbox.notifications.all().values() {
        let _ = (notification.text(), notification.href());
    }
    let Some(thread) = thread else { return };
    let (first, last) = (thread.first_seq(), thread.last_seq());
    let _ = (thread.rows(first, first.saturating_add(50)), thread.missing(first, last), thread.tail().len());
    let _ = (thread.delivery(last), thread.others_after(None, first), thread.to_cache().is_some());
    thread.evict_far_from(first, last);
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn survives_round_trip<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(data: &[u8]) {
    let Ok(first) = serde_json::from_slice::<T>(data) else { return };
    let Ok(text) = serde_json::to_string(&first) else { panic!("{first:?} can't be written") };
    match serde_json::from_str::<T>(&text) {
        Ok(again) => assert_eq!(again, first),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn denies_unknown_fields<T: DeserializeOwned>(data: &[u8]) {
    if serde_json::from_slice::<T>(data).is_err() {
        return;
    }
    if let Ok(Value::Object(mut fields)) = serde_json::from_slice(data) {
        fields.insert("of_tomorrow".to_owned(), Value::Null);
        assert!(serde_json::from_value::<T>(Value::Object(fields)).is_err());
    }
}

/// The string in this field, if the data is an object without duplicate fields and with whole numbers only.
fn string_field(data: &[u8], field: &str) -> Option<String> {
    let value = serde_json::from_slice::<Value>(data).ok()?;
    let is_plain = serde_json::to_vec(&value).ok()?.len() == data.len();
    let word = value.get(field)?.as_str()?.to_owned();
    (is_plain && has_exact_integers(&value)).then_some(word)
}

fn has_exact_integers(value: &Value) -> bool {
    const GREATEST: i64 = 1 << 53;
    match value {
        Value::Number(number) => {
            number.as_i64().is_some_and(|number| (-GREATEST..=GREATEST).contains(&number))
        }
        Value::Array(values) => values.iter().all(has_exact_integers),
        Value::Object(fields) => fields.values().all(has_exact_integers),
        _ => true,
    }
}
