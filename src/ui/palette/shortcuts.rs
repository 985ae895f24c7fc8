//! Keyboard shortcuts that work on every page. Those of one letter are for who does not type, and can be switched off.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::{Palette, actions::Action};
use crate::{
    browser::{Live, environment, shortcuts, use_live},
    shared::{
        ids::ConversationId,
        values::time::{SECOND, Timestamp},
    },
    ui::{
        components::{Toasts, use_toasts},
        inbox::row_menu::{archive, mark, mark_conversation_as_read, star},
        route::{MessagesSelection, use_path},
        shell::nav_item::is_operator,
    },
};

/// The second key of "go to" follows the first within this time.
const CHORD_MICROS: i64 = 2 * SECOND;
const FIELDS: &str = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
/// Open layers, whose keys are their own.
const LAYERS: &str = "dialog[open], .menu:popover-open, .panel:popover-open";
/// Dialogs that ask something or are the palette's own. Above the messages dialog the palette may open.
const OTHER_DIALOGS: &str = "dialog[open]:not(.dialog, .palette)";

#[derive(Clone, Copy)]
struct Shortcuts {
    live: Live,
    toasts: Toasts,
    palette: Palette,
    path: Memo<String>,
    is_operator: bool,
    run: Callback<Action>,
    /// When G was pressed.
    chord_at: StoredValue<Option<Timestamp>>,
}

/// Listens as long as the calling scope lives.
pub fn listen(palette: Palette, run: Callback<Action>) {
    let shortcuts = Shortcuts {
        live: use_live(),
        toasts: use_toasts(),
        palette,
        path: use_path(),
        is_operator: is_operator(),
        run,
        chord_at: StoredValue::new(None),
    };
    let listener = window_event_listener(ev::keydown, move |event| shortcuts.handle(&event));
    on_cleanup(move || listener.remove());
}

impl Shortcuts {
    fn handle(self, event: &ev::KeyboardEvent) {
        if event.default_prevented() || event.is_composing() || event.alt_key() {
            return;
        }
        let key = event.key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if event.ctrl_key() || event.meta_key() {
            if key.eq_ignore_ascii_case("k") && !event.shift_key() && !is_there(OTHER_DIALOGS) {
                event.prevent_default();
                self.palette.toggle();
            }
            return;
        }
        if key == "Escape" {
            if is_there(LAYERS) {
                return;
            }
            if target.as_ref().is_some_and(is_empty_message_field) {
                self.leave_field();
            } else if target.as_ref().is_some_and(is_empty_search) && !focus_row() {
                focus_first("#main");
            }
            return;
        }
        let is_typing = target.is_some_and(|target| target.closest(FIELDS) != Ok(None));
        if is_typing || is_there(LAYERS) || !shortcuts::are_on() {
            return;
        }
        if self.letter(&key.to_lowercase()) {
            event.prevent_default();
        }
    }

    /// Returns whether the key did something.
    fn letter(self, key: &str) -> bool {
        let chord_at = self.chord_at.try_update_value(Option::take).flatten();
        if chord_at.is_some_and(|at| environment::now().0 - at.0 < CHORD_MICROS) {
            return self.go(key);
        }
        match key {
            "g" => self.chord_at.set_value(Some(environment::now())),
            "?" => self.palette.show_help(),
            "/" if self.live.viewer.is_none() || !focus_first("main [type=search]") => self.palette.toggle(),
            "/" => {}
            "e" => return self.mark_as_read(),
            "f" => return self.search_conversation(),
            "a" | "s" | "u" => return self.shelve(key),
            "j" => return step(1),
            "k" => return step(-1),
            _ => return false,
        }
        true
    }

    fn go(self, key: &str) -> bool {
        let is_member = self.live.viewer.is_some();
        let path = match key {
            "e" => "/",
            "m" if is_member => "/messages",
            "o" if is_member => "/orders",
            "h" if is_member => "/hosting",
            "s" if is_member => "/settings",
            "d" if self.is_operator => "/operator/orders",
            _ => return false,
        };
        self.run.run(Action::Open(path.to_owned()));
        true
    }

    fn mark_as_read(self) -> bool {
        self.conversation().is_some_and(|id| mark_conversation_as_read(id, self.live, self.toasts))
    }

    /// Archives or stars the conversation, or undoes it, or marks it as unread.
    fn shelve(self, key: &str) -> bool {
        let Some(id) = self.conversation() else { return false };
        match key {
            "a" => archive(id, self.live, self.toasts),
            "s" => star(id, self.live, self.toasts),
            _ => mark(id, true, self.live, self.toasts),
        }
        true
    }

    /// The conversation whose row has the focus, or the open one.
    fn conversation(self) -> Option<ConversationId> {
        let focused = document().query_selector(".row:focus").ok().flatten();
        let path =
            focused.and_then(|row| row.get_attribute("href")).unwrap_or_else(|| self.path.get_untracked());
        match MessagesSelection::from_path(&path) {
            MessagesSelection::Conversation(id) if path.starts_with("/messages/") => Some(id),
            _ => None,
        }
    }

    fn search_conversation(self) -> bool {
        let MessagesSelection::Conversation(id) = MessagesSelection::from_path(&self.path.get_untracked())
        else {
            return false;
        };
        self.run.run(Action::Open(format!("/search?in={id}")));
        true
    }

    /// From the message field to the row of its conversation, or to the list's page on a phone.
    fn leave_field(self) {
        if !focus_row() {
            self.run.run(Action::Open("/messages".to_owned()));
        }
    }
}

/// Focuses the row of the open conversation, or the first one.
fn focus_row() -> bool {
    focus_first(".inbox .row[aria-current=true]") || focus_first(".inbox .row")
}

fn is_there(selector: &str) -> bool {
    document().query_selector(selector).is_ok_and(|found| found.is_some())
}

fn is_empty_message_field(target: &Element) -> bool {
    target.id() == "message-field"
        && target.dyn_ref::<HtmlTextAreaElement>().is_some_and(|field| field.value().trim().is_empty())
}

/// One with text in it is first emptied by the browser.
fn is_empty_search(target: &Element) -> bool {
    target.matches("[type=search]:placeholder-shown") == Ok(true)
}

/// Elements that can be seen.
fn shown(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .filter(|element| element.offset_parent().is_some())
        .collect()
}

fn focus_first(selector: &str) -> bool {
    let found = shown(selector).into_iter().next();
    found.is_some_and(|element| element.focus().is_ok())
}

/// Moves the focus to the next or previous row of the inbox, from the focused or the open one.
fn step(by: isize) -> bool {
    let rows = shown(".inbox .row");
    let focused = document().active_element();
    let at = rows.iter().position(|row| Some(row.as_ref()) == focused.as_ref());
    let open = || rows.iter().position(|row| row.has_attribute("aria-current"));
    let to = match at.or_else(open) {
        Some(at) => at.saturating_add_signed(by).min(rows.len().saturating_sub(1)),
        None => 0,
    };
    rows.get(to).is_some_and(|row| row.focus().is_ok())
}
