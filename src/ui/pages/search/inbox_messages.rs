//! Messages below the list of conversations that have the words of its search field. They come with a chunk: the list itself
//! does not wait for this code, so it looks on from outside and stands where the list ends.

use std::time::Duration;

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::{asked::Asked, hits::Hits};
use crate::{
    api::search::search_messages,
    browser::{Live, storage::held_messages::search_held, use_live},
    shared::{
        errors::{ApiError, ErrorCode},
        messages::search::{FoundPage, MessageSearch, SearchCursor},
        words,
    },
    ui::components::reactive_view,
};

/// Debounce: a search is sent when the viewer has not typed for this long.
const DEBOUNCE: Duration = Duration::from_millis(250);
const FIELD: &str = ".inbox__search input";
const LIST: &str = ".inbox__list";
/// A single letter is too little, but for those that are a word.
const QUERY_MIN_CHARS: usize = 2;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Answer {
    #[default]
    None,
    Found(FoundPage),
    /// What this browser holds: the server can't be reached.
    Held(FoundPage),
    Failed(ApiError),
}

#[derive(Clone, Copy)]
struct Finder {
    live: Live,
    text: RwSignal<String>,
    answer: RwSignal<Answer>,
    is_searching: RwSignal<bool>,
    /// The number of the last request: an answer to an earlier one is dropped.
    last: StoredValue<u32>,
    /// One search is on its way. The next one waits for its answer.
    is_asking: StoredValue<bool>,
}

impl Finder {
    fn new(live: Live) -> Self {
        Self {
            live,
            text: RwSignal::new(String::new()),
            answer: RwSignal::default(),
            is_searching: RwSignal::new(false),
            last: StoredValue::new(0),
            is_asking: StoredValue::new(false),
        }
    }

    /// Follows what stands in the field.
    fn follow(self, typed: &str) {
        let text = typed.trim().to_owned();
        if text == self.text.get_untracked() {
            return;
        }
        let count = text.chars().count();
        let is_wanted = count >= QUERY_MIN_CHARS || (count == 1 && !text.is_ascii());
        self.text.set(text);
        let number = self.last.try_update_value(|last| {
            *last += 1;
            *last
        });
        self.is_searching.set(is_wanted);
        if !is_wanted {
            self.answer.set(Answer::None);
            return;
        }
        set_timeout(move || self.ask(number), DEBOUNCE);
    }

    fn ask(self, number: Option<u32>) {
        let is_current = move || self.last.try_get_value() == number;
        if !is_current() || self.is_asking.get_value() {
            return;
        }
        self.is_asking.set_value(true);
        let search = MessageSearch { text: self.text.get_untracked(), ..MessageSearch::default() };
        spawn_local(async move {
            let answer = match search_messages(search.clone(), None).await {
                Ok(page) => Answer::Found(page),
                Err(error) if error.code == ErrorCode::Unreachable => {
                    Answer::Held(search_held(self.live, &search).await)
                }
                Err(error) => Answer::Failed(error),
            };
            self.is_asking.try_update_value(|is_asking| *is_asking = false);
            if !is_current() {
                // What was typed meanwhile, unless it still waits for its time.
                let number = self.last.try_get_value();
                return self.ask(number);
            }
            self.answer.try_set(answer);
            self.is_searching.try_set(false);
        });
    }

    /// Adds the next page.
    fn more(self, after: SearchCursor) {
        if self.is_asking.get_value() {
            return;
        }
        let number = self.last.try_get_value();
        self.is_asking.set_value(true);
        self.is_searching.set(true);
        let search = MessageSearch { text: self.text.get_untracked(), ..MessageSearch::default() };
        spawn_local(async move {
            let answer = search_messages(search, Some(after)).await;
            self.is_asking.try_update_value(|is_asking| *is_asking = false);
            if self.last.try_get_value() != number {
                return self.ask(self.last.try_get_value());
            }
            self.is_searching.try_set(false);
            match answer {
                Ok(next) => self.answer.update(|answer| {
                    if let Answer::Found(page) = answer {
                        page.messages.extend(next.messages);
                        let known: Vec<_> = page.conversations.iter().map(|row| row.id).collect();
                        page.conversations
                            .extend(next.conversations.into_iter().filter(|row| !known.contains(&row.id)));
                        page.next = next.next;
                    }
                }),
                Err(error) => self.answer.set(Answer::Failed(error)),
            }
        });
    }
}

/// Rendered outside of the page, and moved to the end of the list while something is sought.
#[component]
pub fn InboxMessages() -> impl IntoView {
    let live = use_live();
    let finder = Finder::new(live);
    let node = NodeRef::<html::Section>::new();
    let navigate = use_navigate();
    let look = move |field: &HtmlInputElement| {
        finder.follow(&field.value());
        if let (Some(list), Some(node)) =
            (document().query_selector(LIST).ok().flatten(), node.get_untracked())
            && !list.contains(Some(&node))
        {
            drop(list.append_child(&node));
        }
    };
    let field_of = |target: Option<web_sys::EventTarget>| {
        let field = target?.dyn_into::<HtmlInputElement>().ok()?;
        field.matches(FIELD).ok()?.then_some(field)
    };
    let input = window_event_listener(ev::input, move |event| {
        if let Some(field) = field_of(event.target()) {
            look(&field);
        }
    });
    // A button clears the field without an event of its own.
    let click = window_event_listener(ev::click, move |_| {
        set_timeout(
            move || {
                if let Some(field) = document().query_selector(FIELD).ok().flatten() {
                    look(field.unchecked_ref());
                }
            },
            Duration::ZERO,
        );
    });
    let keydown = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Enter"
            && !event.is_composing()
            && let Some(field) = field_of(event.target())
            && !field.value().trim().is_empty()
        {
            event.prevent_default();
            navigate(&page_of(&field.value()), Default::default());
        }
    });
    on_cleanup(move || {
        input.remove();
        click.remove();
        keydown.remove();
    });
    // What was typed before this code came.
    Effect::new(move |_| {
        if node.get().is_some()
            && let Some(field) = document().query_selector(FIELD).ok().flatten()
            && let Ok(field) = field.dyn_into::<HtmlInputElement>()
            && !field.value().trim().is_empty()
        {
            look(&field);
        }
    });
    let is_shown = move || finder.is_searching.get() || finder.answer.with(|answer| *answer != Answer::None);
    let status = move || match (&finder.answer.get(), finder.is_searching.get()) {
        (Answer::Failed(error), _) => error.message.clone(),
        (Answer::None, _) => words::palette_searching().to_owned(),
        (Answer::Found(page), false) if page.messages.is_empty() => words::search_nothing_title().to_owned(),
        (Answer::Found(FoundPage { instead: Some(instead), .. }), _) => {
            words::search_instead(instead, &finder.text.get())
        }
        (Answer::Held(page), _) => words::search_held(page.messages.len() as u64),
        (Answer::Found(page), _) => match page.next {
            Some(_) => words::search_count_page().to_owned(),
            None => words::search_count(page.messages.len() as u64),
        },
    };
    let hits = move || {
        let page = match finder.answer.get() {
            Answer::Found(page) | Answer::Held(page) => page,
            _ => return None,
        };
        let next = page.next;
        Some(
            view! {
                <Hits page/>
                {next.map(|next| view! {
                    <div class="inbox__more">
                        <button class="button button--text" type="button" on:click=move |_| finder.more(next)>
                            {words::common_show_more()}
                        </button>
                    </div>
                }.into_any())}
            }
            .into_any(),
        )
    };
    view! {
        <section class="inbox__messages" hidden=move || !is_shown() aria-labelledby="inbox-messages" node_ref=node>
            <header class="inbox__group">
                <h3 id="inbox-messages">{words::search_messages()}</h3>
                <a class="link" href=move || page_of(&finder.text.get())>{words::search_all()}</a>
            </header>
            <p class="seek__status" role="status" dir="auto">{status}</p>
            {reactive_view(hits)}
        </section>
    }
    .into_any()
}

fn page_of(text: &str) -> String {
    let text = text.trim().to_owned();
    Asked { search: MessageSearch { text, ..MessageSearch::default() }, after: None }.href()
}
