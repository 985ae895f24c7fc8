//! What holds of everything that comes from outside, whatever it is. Each function takes bytes as they come and
//! panics where it does not hold: `tests/native/fuzzing.rs` tries them for a moment, `cargo fuzz` for as long
//! as one likes.

use axum::{extract::Query, http::Uri};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use stoa::shared::sync::pages::{ConversationPage, MessagePage, NotificationPage};
use stoa::shared::{
    operators::broadcasts::check_notice,
    orders::code::{OrderCode, OrderKey},
};
use stoa::{
    server::bus::{BusEnvelope, BusMessage},
    shared::{
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        sync::{
            changes::{Change, Poll},
            inbox::Inbox,
            thread::Thread,
            wire::{ToClient, ToServer},
        },
        system_messages::SystemMessage,
        values::{
            dates::Day,
            links::{self, Segment},
            page_cursor::Cursor,
            text,
        },
    },
    web::rest::{conversations, messages, notifications, orders, rooms},
};

/// Frames are read or refused, never more; what is read is written and read again as the same, and what this
/// version does not know is `Unknown`.
pub fn frames(data: &[u8]) {
    let to_server = ["hello", "join_conversation", "leave_conversation", "send_message", "edit_message"];
    let to_server =
        [&to_server[..], &["delete_message", "typing", "delivered", "mark_read", "ping"]].concat();
    let to_client =
        ["welcome", "change", "ack", "refused", "typing", "presence", "pong", "reset", "reload", "desk"];
    is_read_again::<ToServer>(data);
    is_read_again::<ToClient>(data);
    let Some(word) = word_in(data, "type") else { return };
    if !to_server.contains(&&*word) {
        assert_eq!(serde_json::from_slice::<ToServer>(data).ok(), Some(ToServer::Unknown), "{word}");
    }
    if !to_client.contains(&&*word) {
        assert_eq!(serde_json::from_slice::<ToClient>(data).ok(), Some(ToClient::Unknown), "{word}");
    }
}

/// Cursors, ids, codes and days: what is taken is written and read again as the same; all else is refused.
pub fn cursors(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(cursor) = text.parse::<Cursor>() {
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

/// Bodies of HTTP are read or refused; one with a field that nobody knows is refused.
pub fn bodies(data: &[u8]) {
    knows_its_fields::<conversations::NewConversation>(data);
    knows_its_fields::<messages::NewMessage>(data);
    knows_its_fields::<messages::NewText>(data);
    knows_its_fields::<messages::NewSystemMessage>(data);
    knows_its_fields::<messages::ReadUpto>(data);
    knows_its_fields::<notifications::NewOne>(data);
    knows_its_fields::<notifications::Reading>(data);
    knows_its_fields::<orders::NewOrder>(data);
    knows_its_fields::<orders::NewStatus>(data);
    knows_its_fields::<rooms::NewRoom>(data);
    knows_its_fields::<rooms::Invitation>(data);
    knows_its_fields::<rooms::Removal>(data);
    knows_its_fields::<rooms::NewRole>(data);
    knows_its_fields::<rooms::NewLink>(data);
    knows_its_fields::<rooms::Joining>(data);
    knows_its_fields::<rooms::NewName>(data);
}

/// What is tidied once stays as it is; links are web addresses and hold nothing that ends one; the parts of a
/// message joined are the message.
pub fn texts(data: &[u8]) {
    let given = String::from_utf8_lossy(data);
    if let Ok(tidy) = text::block("body", "The message", &given, 1, 10_000) {
        assert_eq!(text::block("body", "The message", &tidy, 1, 10_000).as_ref(), Ok(&tidy));
        assert_eq!(text::without_controls(&tidy), tidy);
    }
    if let Ok(tidy) = text::line("name", "The name", &given, 1, 300) {
        assert_eq!(text::line("name", "The name", &tidy, 1, 300).as_ref(), Ok(&tidy));
        assert!(!tidy.contains(['\n', '\r', '\t', '\0', '\u{202E}', '\u{2066}']));
    }
    assert!(!text::in_raw_element(&given).contains('<'));
    let parts = links::segments(&given);
    let joined: String = parts
        .iter()
        .map(|part| match part {
            Segment::Text(part) | Segment::Link(part) => part.as_str(),
        })
        .collect();
    assert_eq!(joined, given);
    for part in &parts {
        let Segment::Link(address) = part else { continue };
        let lower = address.to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"), "{address}");
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c);
        assert!(!address.contains(ends), "{address}");
    }
    links::is_emoji_only(&given);
    let event = SystemMessage::read(&given);
    assert_eq!(SystemMessage::read(&event.to_body()), event);
    if let Ok(SystemMessage::Notice { link: Some(link), .. }) = check_notice("Title", "", Some(&given)) {
        let is_path = link.starts_with('/') && !link.starts_with("//") && !link.starts_with("/\\");
        assert!(is_path || link.starts_with("https://"), "{link}");
    }
}

/// What other nodes say is read or left aside, and words of later versions are `Unknown`.
pub fn words(data: &[u8]) {
    let Ok(said) = serde_json::from_slice::<BusEnvelope>(data) else { return };
    let Ok(text) = serde_json::to_string(&said) else { panic!("a word can't be said again") };
    let again = serde_json::from_str::<BusEnvelope>(&text).ok().map(|said| said.words);
    assert_eq!(again.as_ref(), Some(&said.words));
    let Ok(Value::Object(whole)) = serde_json::from_slice::<Value>(data) else { return };
    let Some(Value::Array(words)) = whole.get("words") else { return };
    let known = ["news", "desk", "typing", "moved", "beat", "here", "tell", "spent", "stopping"];
    for (word, raw) in said.words.iter().zip(words) {
        let is_known = raw["word"].as_str().is_some_and(|word| known.contains(&word));
        assert!(is_known || *word == BusMessage::Unknown, "{raw}");
    }
}

/// The client's own state takes whatever the server says: `[page, page of messages, page of notifications,
/// change …]`. Heads and counts never leave what JSON readers keep.
pub fn state(data: &[u8]) {
    let Ok(Value::Array(mut said)) = serde_json::from_slice(data) else { return };
    if !said.iter().all(has_numbers_of_ours) {
        return;
    }
    said.resize(said.len().max(3), Value::Null);
    let (page, messages, notifications) = (read(&said[0]), read(&said[1]), read(&said[2]));
    let mut inbox = page.map(|page: ConversationPage| Inbox::from_page(page)).unwrap_or_default();
    let mut thread = messages.map(|page: MessagePage| Thread::from_page(page));
    if let Some(page) = notifications {
        let page: NotificationPage = page;
        inbox.bell.add_page(&page);
        inbox.add_notifications(page);
    }
    for said in &said[3..] {
        if let Some(ToClient::Ack { message, .. }) = read(said)
            && let Some(thread) = &mut thread
        {
            thread.put_sent(message);
        }
        let change = match read(said) {
            Some(Poll::News { change, .. }) => Some(change),
            _ => read::<Change>(said),
        };
        let Some(change) = change else { continue };
        inbox.apply(&change);
        for news in &change.messages {
            if let Some(thread) = &mut thread {
                thread.apply(news);
            }
        }
        let first = change.conversations.first().map(|news| news.id());
        if let (Some(thread), Some(row)) =
            (&mut thread, first.and_then(|id: ConversationId| change.summary(id)))
        {
            thread.apply_summary(row);
        }
        is_shown(&inbox, thread.as_mut());
    }
    is_shown(&inbox, thread.as_mut());
}

/// What pages ask of it.
fn is_shown(inbox: &Inbox, thread: Option<&mut Thread>) {
    assert!(inbox.rows().iter().all(|row| inbox.get(row.id) == Some(row)));
    for row in inbox.rows() {
        let _ = (row.names(), row.face().map(|person| person.initials()), row.subject.title());
    }
    let _ = (inbox.unconfirmed(), inbox.next(), inbox.noted(None), inbox.to_page());
    for told in inbox.bell.all().values() {
        let _ = (told.words(), told.href());
    }
    let Some(thread) = thread else { return };
    let (first, last) = (thread.first_seq(), thread.last_seq());
    let _ = (thread.rows(first, first.saturating_add(50)), thread.missing(first, last), thread.tail().len());
    let _ = (thread.delivery(last), thread.others_after(None, first), thread.to_kept().is_some());
    thread.keep_near(first, last);
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn is_read_again<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(data: &[u8]) {
    let Ok(first) = serde_json::from_slice::<T>(data) else { return };
    let Ok(text) = serde_json::to_string(&first) else { panic!("{first:?} can't be written") };
    match serde_json::from_str::<T>(&text) {
        Ok(again) => assert_eq!(again, first),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn knows_its_fields<T: DeserializeOwned>(data: &[u8]) {
    if serde_json::from_slice::<T>(data).is_err() {
        return;
    }
    if let Ok(Value::Object(mut fields)) = serde_json::from_slice(data) {
        fields.insert("of_tomorrow".to_owned(), Value::Null);
        assert!(serde_json::from_value::<T>(Value::Object(fields)).is_err());
    }
}

/// The word in this field of an object that has each field once and no numbers but whole ones.
fn word_in(data: &[u8], field: &str) -> Option<String> {
    let value = serde_json::from_slice::<Value>(data).ok()?;
    let is_plain = serde_json::to_vec(&value).ok()?.len() == data.len();
    let word = value.get(field)?.as_str()?.to_owned();
    (is_plain && has_numbers_of_ours(&value)).then_some(word)
}

fn has_numbers_of_ours(value: &Value) -> bool {
    const GREATEST: i64 = 1 << 53;
    match value {
        Value::Number(number) => {
            number.as_i64().is_some_and(|number| (-GREATEST..=GREATEST).contains(&number))
        }
        Value::Array(values) => values.iter().all(has_numbers_of_ours),
        Value::Object(fields) => fields.values().all(has_numbers_of_ours),
        _ => true,
    }
}
