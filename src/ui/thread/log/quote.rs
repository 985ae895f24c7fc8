//! Quote: the message that another one replies to, as it is now. It is found by its place, so that an edit, a deletion and
//! the end of retention hold for it too.

use std::collections::HashSet;

use leptos::{prelude::*, task::spawn_local};

use super::place::WayToMessage;
use crate::{
    api::messages::get_quoted,
    browser::{Live, use_live},
    shared::{
        conversations::participant::ActorName,
        ids::ConversationId,
        messages::{MessageKind, QUOTED_MAX},
        positions::Seq,
        words,
    },
    ui::{
        components::fresh_view,
        thread::{history::History, layout::Layout},
    },
};

/// Characters of the quoted text. The style sheet cuts it after two lines.
const TEXT_MAX_CHARS: usize = 160;

/// A quoted message, as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Not loaded yet.
    Loading,
    /// Deleted by retention, or from before the viewer came.
    Gone,
    Message {
        name: String,
        text: Option<String>,
    },
}

impl Quote {
    /// Tracks the thread, and the names of its people.
    pub fn of(live: Live, conversation: ConversationId, seq: Seq) -> Self {
        let found = live.thread(conversation).with(|slot| {
            let thread = slot.thread()?;
            if seq < thread.first_seq() {
                return Some(None);
            }
            let message = thread.at(seq)?;
            let is_text = message.kind == MessageKind::Text;
            let text: String = message.body.chars().take(TEXT_MAX_CHARS).collect();
            let text = match message.deleted_at {
                Some(_) => None,
                None if is_text => Some(text),
                None => Some(words::quote_system().to_owned()),
            };
            Some(Some((message.sender, text)))
        });
        match found {
            None => Self::Loading,
            Some(None) => Self::Gone,
            Some(Some((sender, text))) => {
                let named = live.inbox.with(|inbox| inbox.get(conversation)?.actor_name(sender, live.viewer));
                let name = match named {
                    Some(ActorName::Reader) => words::log_group_own().to_owned(),
                    Some(ActorName::Other(name)) => name,
                    None => sender
                        .and_then(|sender| live.room_person(conversation, sender))
                        .map_or_else(|| words::log_group_unknown().to_owned(), |person| person.name),
                };
                Self::Message { name, text }
            }
        }
    }

    /// The words in place of a text, or the text.
    pub fn text(&self) -> &str {
        match self {
            Self::Loading => words::log_readers_loading(),
            Self::Gone => words::quote_gone(),
            Self::Message { text: None, .. } => words::common_message_deleted(),
            Self::Message { text: Some(text), .. } => text,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Message { name, .. } => name,
            _ => "",
        }
    }
}

/// The quote above a reply, which leads to its message. `from` is the place of the reply.
#[component]
pub fn QuoteView(
    conversation: ConversationId,
    seq: Seq,
    #[prop(into)] from: Signal<Option<Seq>>,
) -> impl IntoView {
    let live = use_live();
    let way = expect_context::<WayToMessage>();
    let quote = Memo::new(move |_| Quote::of(live, conversation, seq));
    fresh_view(move || {
        let quote = quote.get();
        let (name, text) = (quote.name().to_owned(), quote.text().to_owned());
        Some(if quote == Quote::Gone {
            view! { <p class="quote quote--gone">{text}</p> }.into_any()
        } else {
            let is_text = matches!(quote, Quote::Message { text: Some(_), .. });
            let label = words::quote_label(&name, &text);
            view! {
                <button
                    class="quote"
                    class:quote--gone=!is_text
                    type="button"
                    aria-label=label
                    on:click=move |_| way.go(seq, from.get_untracked())
                >
                    <span class="quote__name cut" dir="auto">{name}</span>
                    <span class="quote__text" dir="auto">{text}</span>
                </button>
            }
            .into_any()
        })
    })
}

/// Loads the quoted messages of the window that are not loaded: all of them by one request.
pub fn load_missing_quotes(live: Live, conversation: ConversationId, layout: Memo<Layout>, history: History) {
    let thread = live.thread(conversation);
    let asked = StoredValue::new(HashSet::<Seq>::new());
    Effect::new(move |_| {
        if !live.status().get().is_fine() {
            asked.update_value(HashSet::clear);
            return;
        }
        let quoted = layout.with(Layout::quoted);
        let places: Vec<_> = thread.with(|slot| {
            let Some(thread) = slot.thread() else { return Vec::new() };
            let is_missing = |seq: &Seq| *seq >= thread.first_seq() && thread.at(*seq).is_none();
            let is_new = |seq: &Seq| asked.with_value(|asked| !asked.contains(seq));
            quoted.into_iter().filter(|seq| is_missing(seq) && is_new(seq)).take(QUOTED_MAX).collect()
        });
        if places.is_empty() {
            return;
        }
        asked.update_value(|asked| asked.extend(&places));
        spawn_local(async move {
            let Ok(page) = get_quoted(conversation, places).await else { return };
            let found: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
            let Some(window) = history.window.try_get_untracked() else { return };
            live.add_history_page(page, window.from, window.to);
            // A page that was older than the thread is not added, and asked for again.
            live.thread(conversation).with_untracked(|slot| {
                let is_held = |seq: &Seq| slot.thread().is_some_and(|thread| thread.at(*seq).is_some());
                asked.try_update_value(|asked| {
                    asked.retain(|seq| !found.contains(seq) || is_held(seq));
                });
            });
        });
    });
}
