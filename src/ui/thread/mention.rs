//! Naming somebody of a room: after an `@` the people whom it could be, to pick one from.

use leptos::{ev, prelude::*};
use web_sys::HtmlTextAreaElement;

use crate::{
    browser::{Live, use_live},
    shared::{
        conversations::{Conversation, rooms::MENTION},
        ids::ConversationId,
        users::Person,
        values::text::folded,
    },
    ui::components::{Avatar, changing},
};

const SHOWN_AT_MOST: usize = 5;
const LIST: &str = "mention-list";

/// What is being typed after an `@`, in UTF-16 units, as a text field counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    from: usize,
    to: usize,
    typed: String,
}

impl Asked {
    /// What stands before the cursor, if it begins a name.
    fn at(text: &str, cursor: usize) -> Option<Self> {
        let units: Vec<u16> = text.encode_utf16().take(cursor).collect();
        let before = String::from_utf16(&units).ok()?;
        let (first, typed) = before.rsplit_once(MENTION)?;
        let is_start = first.chars().next_back().is_none_or(|last| !last.is_alphanumeric());
        // A name has a few words at most.
        let is_name = typed.split(' ').count() <= 3 && !typed.starts_with(' ') && !typed.contains('\n');
        let from = first.encode_utf16().count();
        (is_start && is_name).then(|| Self { from, to: cursor, typed: folded(typed) })
    }

    fn fits(&self, person: &Person) -> bool {
        let name = folded(&person.name);
        name.starts_with(&self.typed) || name.split(' ').any(|word| word.starts_with(&self.typed))
    }
}

#[derive(Clone, Copy)]
pub struct Mention {
    asked: RwSignal<Option<Asked>>,
    found: Memo<Vec<Person>>,
    chosen: RwSignal<usize>,
}

impl Mention {
    /// Of the people of this room; in other conversations there is nobody to choose.
    pub fn of(conversation: ConversationId, row: Memo<Option<Conversation>>) -> Self {
        let live = use_live();
        let asked = RwSignal::new(None::<Asked>);
        let is_room =
            Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.subject.room().is_some())));
        Effect::new(move |_| {
            if is_room.get() && asked.with(Option::is_some) {
                live.ask_people(conversation);
            }
        });
        let found = Memo::new(move |_| {
            let Some(asked) = asked.get().filter(|_| is_room.get()) else { return Vec::new() };
            let mut people = others(live, conversation);
            people.retain(|person| asked.fits(person));
            people.truncate(SHOWN_AT_MOST);
            people
        });
        Self { asked, found, chosen: RwSignal::new(0) }
    }

    pub fn read(self, node: &HtmlTextAreaElement) {
        let cursor = node.selection_start().ok().flatten().unwrap_or(0) as usize;
        let asked = Asked::at(&node.value(), cursor);
        if self.asked.with_untracked(|before| *before != asked) {
            self.asked.set(asked);
            self.chosen.set(0);
        }
    }

    pub fn close(self) {
        self.asked.set(None);
    }

    pub fn is_open(self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    /// The id of the option that Enter would take.
    pub fn active(self) -> Option<String> {
        self.is_open().then(|| option_id(self.chosen.get()))
    }

    /// True if the key belongs to the list.
    pub fn press(self, event: &ev::KeyboardEvent, node: &HtmlTextAreaElement) -> bool {
        let count = self.found.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" => self.chosen.update(|chosen| *chosen = (*chosen + count - 1) % count),
            "Enter" | "Tab" => self.pick(self.chosen.get_untracked(), node),
            "Escape" => self.close(),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Puts the name in place of what was typed.
    fn pick(self, index: usize, node: &HtmlTextAreaElement) {
        let person = self.found.with_untracked(|found| found.get(index).cloned());
        let (Some(person), Some(asked)) = (person, self.asked.get_untracked()) else { return };
        let units: Vec<u16> = node.value().encode_utf16().collect();
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        let name = format!("{MENTION}{} ", person.name);
        let (before, after) = (text(&units[..asked.from]), text(units.get(asked.to..).unwrap_or_default()));
        node.set_value(&format!("{before}{name}{after}"));
        let cursor = (asked.from + name.encode_utf16().count()) as u32;
        let moved = node.set_selection_range(cursor, cursor);
        debug_assert!(moved.is_ok());
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

/// The people to pick from, above the field. `picked` is told after one was taken.
#[component]
pub fn MentionList(
    mention: Mention,
    node: NodeRef<leptos::html::Textarea>,
    picked: Callback<()>,
) -> impl IntoView {
    let option = move |(index, person): (usize, Person)| {
        let name = person.name.clone();
        view! {
            <li
                id=option_id(index)
                role="option"
                aria-selected=move || (mention.chosen.get() == index).to_string()
                // A press would take the focus out of the field.
                on:pointerdown=move |event| {
                    event.prevent_default();
                    if let Some(node) = node.get_untracked() {
                        mention.pick(index, &node);
                        picked.run(());
                    }
                }
            >
                <Avatar person size=24/>
                <span class="cut" dir="auto">{name}</span>
            </li>
        }
        .into_any()
    };
    changing(move || {
        let found = mention.found.get();
        (!found.is_empty()).then(|| {
            view! {
                <ul class="mentions" id=LIST role="listbox" aria-label="People in this room">
                    {found.into_iter().enumerate().map(option).collect_view()}
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
        let typed =
            |text: &str| Asked::at(text, text.encode_utf16().count()).map(|asked| (asked.from, asked.typed));
        assert_eq!(typed("@"), Some((0, String::new())));
        assert_eq!(typed("😄 and @An"), Some((7, "an".into())));
        assert_eq!(typed("@Ana Ru"), Some((0, "ana ru".into())));
        for none in ["ana", "ana@exam", "@ ana", "@ana\nand", "@one two three four"] {
            assert_eq!(typed(none), None, "{none}");
        }
        assert_eq!(Asked::at("@ana and more", 3).unwrap().typed, "an");
    }
}
