//! Search in what this browser holds, for when the server can't be reached: the newest messages of the threads that were opened
//! here. Simpler than the server's: each word must be somewhere in the text.

use js_sys::JsString;
use leptos::prelude::WithUntracked;

use super::database::{self, ObjectStore};
use crate::{
    browser::Live,
    shared::{
        conversations::participant::ActorName,
        messages::{
            Message, MessageKind,
            files::MessageFile,
            search::{FOUND_PAGE, FoundMessage, FoundPage, Has, Mark, MessageSearch},
        },
        sync::thread::cache::CachedThread,
        values::dates::Day,
    },
};

const THREAD: &str = "thread-";
/// Characters of an excerpt, and those before the first mark.
const EXCERPT_CHARS: usize = 160;
const BEFORE_CHARS: usize = 40;

/// The newest messages of the cached threads that have all words, one page of them.
pub async fn search_held(live: Live, search: &MessageSearch) -> FoundPage {
    let sought = folded(&search.text.replace(['"', '“', '”', '„', '«', '»'], " "));
    let words: Vec<Vec<char>> = sought.split_whitespace().map(|word| word.chars().collect()).collect();
    let entries = database::all(ObjectStore::Cache).await.unwrap_or_default();
    let threads = entries.into_iter().filter_map(|(key, text)| {
        key.as_string().filter(|key| key.starts_with(THREAD))?;
        serde_json::from_str::<CachedThread>(&text).ok()
    });
    let mut page = FoundPage::nothing();
    for message in threads.flat_map(CachedThread::into_messages) {
        let row = live.inbox.with_untracked(|inbox| inbox.get(message.conversation).cloned());
        let Some(row) = row.filter(|row| message.seq >= row.first_seq()) else { continue };
        let is_meant = search.conversation.is_none_or(|id| id == row.id)
            && search.with.is_none_or(|id| row.participant(id).is_some())
            && search.listing.is_none_or(|id| row.subject.listing().is_some_and(|listing| listing.id == id))
            && search.order.as_ref().is_none_or(|code| {
                row.subject
                    .order()
                    .is_some_and(|order| order.code.to_string().eq_ignore_ascii_case(code.trim()))
            })
            && (!search.is_mine || message.sender == live.viewer)
            && search.has.is_none_or(|has| has_it(&message, has))
            && search.since.is_none_or(|day| day <= Day::of(message.created_at))
            && search.until.is_none_or(|day| day >= Day::of(message.created_at));
        let is_text = message.kind == MessageKind::Text && message.deleted_at.is_none();
        if !is_meant || !is_text {
            continue;
        }
        let Some((excerpt, marks)) = excerpt(&message.body, &words) else { continue };
        let named = row.actor_name(message.sender, live.viewer);
        let sender_name = named.and_then(|named| match named {
            ActorName::Other(name) => Some(name),
            ActorName::Reader => None,
        });
        page.messages.push(found(&message, sender_name, excerpt, marks));
        if page.conversations.iter().all(|known| known.id != row.id) {
            page.conversations.push(row);
        }
    }
    page.messages.sort_by_key(|message| std::cmp::Reverse(message.created_at.0));
    page.messages.truncate(FOUND_PAGE);
    page
}

fn found(message: &Message, sender_name: Option<String>, excerpt: String, marks: Vec<Mark>) -> FoundMessage {
    FoundMessage {
        id: message.id,
        conversation: message.conversation,
        seq: message.seq,
        sender: message.sender,
        sender_name,
        created_at: message.created_at,
        excerpt,
        marks,
    }
}

/// In compatibility form, in lower case and without accents, by the browser's own tables.
fn folded(text: &str) -> String {
    let text = JsString::from(text).normalize("NFKD").to_lower_case();
    String::from(text).chars().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')).collect()
}

/// The text around the first word, and marks where folding has left each character in its place. `None` if a word is missing.
fn excerpt(text: &str, words: &[Vec<char>]) -> Option<(String, Vec<Mark>)> {
    let chars: Vec<char> = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let plain: Vec<char> = folded(text).chars().collect();
    let mut places = Vec::new();
    for word in words {
        let at = plain.windows(word.len().max(1)).position(|part| part == word.as_slice())?;
        places.push((at, at + word.len()));
    }
    places.sort_unstable();
    if plain.len() != chars.len() {
        places.clear();
    }
    let from = places.first().map_or(0, |(at, _)| at.saturating_sub(BEFORE_CHARS));
    let to = (from + EXCERPT_CHARS).min(chars.len());
    let cut = usize::from(from > 0);
    let mut shown: String = if from > 0 { "…".to_owned() } else { String::new() };
    shown.extend(&chars[from..to]);
    if to < chars.len() {
        shown.push('…');
    }
    let mut marks: Vec<Mark> = Vec::new();
    for (start, end) in places {
        let mark = Mark { from: (start - from + cut) as i64, to: (end.min(to) - from + cut) as i64 };
        if start < to && marks.last().is_none_or(|last| last.to <= mark.from) {
            marks.push(mark);
        }
    }
    Some((shown, marks))
}

fn has_it(message: &Message, has: Has) -> bool {
    let is_one = |file: &MessageFile| Has::of_file(file.kind) == has;
    match has {
        Has::Link => message.body.contains("://"),
        _ => message.attached.read().files.iter().any(is_one),
    }
}
