//! Autocomplete of mentions: after an `@` it suggests participants of the room.

use leptos::{ev, prelude::*};
use web_sys::HtmlTextAreaElement;

use crate::{
    browser::{Live, use_live},
    shared::{
        conversations::{Conversation, rooms::MENTION_PREFIX},
        ids::ConversationId,
        users::Person,
        values::text::folded,
        words,
    },
    ui::components::{Avatar, reactive_view},
};

const SUGGESTIONS_MAX: usize = 5;
const LIST_ID: &str = "mention-list";

/// The text after an `@` up to the cursor. Positions count UTF-16 units, as text fields do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MentionQuery {
    from: usize,
    to: usize,
    typed: String,
}

impl MentionQuery {
    /// The query at the cursor, if the text before it starts a mention.
    fn at_cursor(text: &str, cursor: usize) -> Option<Self> {
        let units: Vec<u16> = text.encode_utf16().take(cursor).collect();
        let before = String::from_utf16(&units).ok()?;
        let (first, typed) = before.rsplit_once(MENTION_PREFIX)?;
        let is_start = first.chars().next_back().is_none_or(|last| !last.is_alphanumeric());
        // A name has a few words at most.
        let is_name = typed.split(' ').count() <= 3 && !typed.starts_with(' ') && !typed.contains('\n');
        let from = first.encode_utf16().count();
        (is_start && is_name).then(|| Self { from, to: cursor, typed: folded(typed) })
    }

    fn matches(&self, person: &Person) -> bool {
        let name = folded(&person.name);
        name.starts_with(&self.typed) || name.split(' ').any(|word| word.starts_with(&self.typed))
    }
}

#[derive(Clone, Copy)]
pub struct MentionAutocomplete {
    query: RwSignal<Option<MentionQuery>>,
    matches: Memo<Vec<Person>>,
    selected: RwSignal<usize>,
}

impl MentionAutocomplete {
    /// Suggests the other participants of a room; in other conversations nobody.
    pub fn new(conversation: ConversationId, row: Memo<Option<Conversation>>) -> Self {
        let live = use_live();
        let query = RwSignal::new(None::<MentionQuery>);
        // The number of people; None outside of rooms.
        let count = Memo::new(move |_| row.with(|row| Some(row.as_ref()?.subject.room()?.people)));
        let is_room = Memo::new(move |_| count.get().is_some());
        let is_typing = Memo::new(move |_| query.with(Option::is_some));
        // At each `@`, and when somebody joins or leaves meanwhile.
        Effect::new(move |_| {
            if is_typing.get() && count.get().is_some() {
                live.reload_room_people(conversation);
            }
        });
        let matches = Memo::new(move |_| {
            let Some(query) = query.get().filter(|_| is_room.get()) else { return Vec::new() };
            let mut people = others(live, conversation);
            people.retain(|person| query.matches(person));
            people.truncate(SUGGESTIONS_MAX);
            people
        });
        Self { query, matches, selected: RwSignal::new(0) }
    }

    /// Updates the suggestions after the text or the cursor has changed.
    pub fn update(self, node: &HtmlTextAreaElement) {
        let cursor = node.selection_start().ok().flatten().unwrap_or(0) as usize;
        let query = MentionQuery::at_cursor(&node.value(), cursor);
        if self.query.with_untracked(|before| *before != query) {
            self.query.set(query);
            self.selected.set(0);
        }
    }

    pub fn close(self) {
        self.query.set(None);
    }

    pub fn is_open(self) -> bool {
        self.matches.with(|matches| !matches.is_empty())
    }

    /// The element id of the option that Enter would insert.
    pub fn active(self) -> Option<String> {
        self.is_open().then(|| option_id(self.selected.get()))
    }

    /// Handles the keys of an open list. Returns whether it handled this one.
    pub fn handle_key(self, event: &ev::KeyboardEvent, node: &HtmlTextAreaElement) -> bool {
        let count = self.matches.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.selected.update(|selected| *selected = (*selected + 1) % count),
            "ArrowUp" => self.selected.update(|selected| *selected = (*selected + count - 1) % count),
            "Enter" | "Tab" => self.insert(self.selected.get_untracked(), node),
            "Escape" => self.close(),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Replaces the query by the name.
    fn insert(self, index: usize, node: &HtmlTextAreaElement) {
        let person = self.matches.with_untracked(|matches| matches.get(index).cloned());
        let (Some(person), Some(query)) = (person, self.query.get_untracked()) else { return };
        let units: Vec<u16> = node.value().encode_utf16().collect();
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        let name = format!("{MENTION_PREFIX}{} ", person.name);
        let (before, after) = (text(&units[..query.from]), text(units.get(query.to..).unwrap_or_default()));
        node.set_value(&format!("{before}{name}{after}"));
        let cursor = (query.from + name.encode_utf16().count()) as u32;
        let is_moved = node.set_selection_range(cursor, cursor);
        debug_assert!(is_moved.is_ok());
        self.close();
    }
}

fn others(live: Live, conversation: ConversationId) -> Vec<Person> {
    let mut people = live.room_people(conversation);
    people.retain(|person| Some(person.id) != live.viewer);
    people
}

fn option_id(index: usize) -> String {
    format!("mention-{index}")
}

/// The suggestions, above the composer. `on_insert` is called after one was inserted.
#[component]
pub fn MentionList(
    mention: MentionAutocomplete,
    node: NodeRef<leptos::html::Textarea>,
    on_insert: Callback<()>,
) -> impl IntoView {
    let option = move |(index, person): (usize, Person)| {
        let name = person.name.clone();
        view! {
            <li
                id=option_id(index)
                role="option"
                aria-selected=move || (mention.selected.get() == index).to_string()
                // A press would move the focus out of the field.
                on:pointerdown=move |event| {
                    event.prevent_default();
                    if let Some(node) = node.get_untracked() {
                        mention.insert(index, &node);
                        on_insert.run(());
                    }
                }
            >
                <Avatar person size=24/>
                <span class="cut" dir="auto">{name}</span>
            </li>
        }
        .into_any()
    };
    reactive_view(move || {
        let matches = mention.matches.get();
        (!matches.is_empty()).then(|| {
            view! {
                <ul class="mentions" id=LIST_ID role="listbox" aria-label=words::composer_mention_people()>
                    {matches.into_iter().enumerate().map(option).collect_view()}
                </ul>
            }
            .into_any()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_an_at_begins_a_name_unless_it_is_part_of_a_word() {
        let typed = |text: &str| {
            MentionQuery::at_cursor(text, text.encode_utf16().count()).map(|query| (query.from, query.typed))
        };
        assert_eq!(typed("@"), Some((0, String::new())));
        assert_eq!(typed("😄 and @An"), Some((7, "an".into())));
        assert_eq!(typed("@Ana Ru"), Some((0, "ana ru".into())));
        for none in ["ana", "ana@exam", "@ ana", "@ana\nand", "@one two three four"] {
            assert_eq!(typed(none), None, "{none}");
        }
        assert_eq!(MentionQuery::at_cursor("@ana and more", 3).unwrap().typed, "an");
    }
}
