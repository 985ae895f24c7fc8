//! Command palette, the keyboard shortcuts and the dialog that lists them. They come with a chunk, and are rendered
//! once an idle browser has loaded it.

mod actions;
mod entries;
mod key_help;
mod results;
mod search;
mod shortcuts;

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_navigate;

use crate::{
    browser::use_live,
    shared::words,
    ui::{
        components::{Icon, use_toasts},
        inbox::row_menu::RowMenu,
        pages::{rooms::invitations::InboxInvitations, search::inbox_messages::InboxMessages},
    },
};
use actions::{Action, run};
use entries::Entry;
use key_help::KeyHelp;
use results::Results;
use search::Search;

/// The element id of the list of results.
const LIST_ID: &str = "palette-list";

/// Opens and closes the palette and the list of keys.
#[derive(Clone, Copy)]
pub struct Palette {
    dialog: NodeRef<html::Dialog>,
    input: NodeRef<html::Input>,
    help: NodeRef<html::Dialog>,
    is_open: RwSignal<bool>,
    search: Search,
    entries: Memo<Vec<Entry>>,
    /// The position of the selected entry.
    selected: RwSignal<usize>,
}

impl Palette {
    fn new() -> Self {
        let search = Search::new();
        let is_open = RwSignal::new(false);
        let known = entries::Known::new();
        Self {
            dialog: NodeRef::new(),
            input: NodeRef::new(),
            help: NodeRef::new(),
            is_open,
            search,
            entries: Memo::new(move |_| if is_open.get() { known.matching(search) } else { Vec::new() }),
            selected: RwSignal::new(0),
        }
    }

    fn toggle(self) {
        let Some(dialog) = self.dialog.get_untracked() else { return };
        if dialog.open() {
            dialog.close();
            return;
        }
        self.is_open.set(true);
        drop(dialog.show_modal());
        if let Some(input) = self.input.get_untracked() {
            drop(input.focus());
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    fn show_help(self) {
        if let Some(help) = self.help.get_untracked() {
            drop(help.show_modal());
        }
    }

    /// However it was closed, it opens empty.
    fn reset(self) {
        self.is_open.set(false);
        self.selected.set(0);
        self.search.set(String::new());
        if let Some(input) = self.input.get_untracked() {
            input.set_value("");
        }
    }
}

/// Renders the palette, the list of keys, and for the inbox the menu of its rows, the messages that its search finds and
/// the line that leads to invitations, which a frame on another site can't answer. Only the split point may call it.
pub fn render(is_frame: bool) -> AnyView {
    let palette = Palette::new();
    let (live, toasts, navigate) = (use_live(), use_toasts(), use_navigate());
    let run = Callback::new(move |action: Action| {
        palette.close();
        match action {
            Action::ShowKeys => palette.show_help(),
            action => run(action, live, toasts, &navigate),
        }
    });
    shortcuts::listen(palette, run);
    view! {
        <PaletteDialog palette run/>
        <KeyHelp node=palette.help/>
        <RowMenu/>
        <InboxMessages/>
        {(!is_frame).then(|| view! { <InboxInvitations/> })}
    }
    .into_any()
}

#[component]
fn PaletteDialog(palette: Palette, run: Callback<Action>) -> impl IntoView {
    let Palette { entries, selected, .. } = palette;
    let choose = move |index: usize| {
        if let Some(entry) = entries.with_untracked(|entries| entries.get(index).cloned()) {
            run.run(entry.action);
        }
    };
    let keydown = move |event: ev::KeyboardEvent| {
        let count = entries.with_untracked(Vec::len).max(1);
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => selected.update(|selected| *selected = (*selected + 1) % count),
            "ArrowUp" => selected.update(|selected| *selected = (*selected + count - 1) % count),
            "Enter" => choose(selected.get_untracked()),
            _ => return,
        }
        event.prevent_default();
        results::scroll_to(selected.get_untracked());
    };
    let press = move |event: ev::MouseEvent| {
        // A press on the backdrop targets the dialog element itself, since the content fills it.
        if let (Some(target), Some(dialog)) = (event.target(), palette.dialog.get_untracked())
            && js_sys::Object::is(target.as_ref(), dialog.as_ref())
        {
            palette.close();
        }
    };
    let has_entries = move || entries.with(|entries| !entries.is_empty());
    view! {
        <dialog
            class="palette"
            aria-label=words::palette_label()
            node_ref=palette.dialog
            on:close=move |_| palette.reset()
            on:mousedown=press
        >
            <div class="palette__body">
                <label class="palette__field">
                    <Icon name="search"/>
                    <input
                        type="text"
                        role="combobox"
                        aria-label=words::palette_field()
                        placeholder=words::palette_placeholder()
                        autocomplete="off"
                        spellcheck="false"
                        maxlength="100"
                        data-kept=""
                        aria-expanded=move || has_entries().to_string()
                        aria-controls=LIST_ID
                        aria-autocomplete="list"
                        aria-activedescendant=move || has_entries().then(|| results::option_id(selected.get()))
                        node_ref=palette.input
                        on:input=move |event| {
                            selected.set(0);
                            palette.search.set(event_target_value(&event));
                        }
                        on:keydown=keydown
                    />
                    <kbd>{words::shortcuts_key_escape()}</kbd>
                </label>
                <Results palette choose=Callback::new(choose)/>
            </div>
        </dialog>
    }
}
