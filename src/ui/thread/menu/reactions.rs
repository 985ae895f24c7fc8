//! Reactions in the menu of a message: the emoji at hand, a field for any other, and who reacted.

use leptos::{ev, html, prelude::*};

use crate::{
    browser::{environment, use_live},
    shared::{
        ids::MessageId,
        messages::reactions::{Reaction, Reactor},
        words,
    },
    ui::{
        components::{Icon, toasts::use_toasts},
        menu::Menu,
        thread::log::reactions::{QUICK, change_reaction},
    },
};

/// The emoji at hand. Those that the viewer chose are checked.
#[component]
pub fn QuickReactions(
    menu: Menu,
    /// The message that the menu is about, and its reactions.
    id: Memo<Option<MessageId>>,
    reactions: Memo<Vec<Reaction>>,
    field: EmojiField,
) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let item = move |emoji: &'static str| {
        let is_own = Memo::new(move |_| {
            let is_own = |one: &Reaction| one.emoji == emoji && one.is_of(live.viewer);
            reactions.with(|reactions| reactions.iter().any(is_own))
        });
        let press = move |_| {
            menu.close();
            if let Some(id) = id.get_untracked() {
                change_reaction(live, toasts, id, emoji.to_owned(), !is_own.get_untracked());
            }
        };
        view! {
            <button
                class="menu__emoji"
                role="menuitemcheckbox"
                type="button"
                aria-checked=move || is_own.get().to_string()
                aria-label=words::reactions_with(emoji)
                on:click=press
            >
                {emoji}
            </button>
        }
        .into_any()
    };
    let other = move |_| {
        menu.close();
        field.open(id.get_untracked());
    };
    view! {
        <div class="menu__emojis" role="group" aria-label=words::reactions_react()>
            {QUICK.map(item).collect_view()}
            <button
                class="menu__emoji"
                role="menuitem"
                type="button"
                aria-label=words::reactions_other()
                title=words::reactions_other()
                on:click=other
            >
                <Icon name="smile"/>
            </button>
        </div>
    }
}

/// The field for any emoji: the keyboard of the system has them.
#[derive(Clone, Copy)]
pub struct EmojiField {
    node: NodeRef<html::Dialog>,
    input: NodeRef<html::Input>,
    id: RwSignal<Option<MessageId>>,
}

impl Default for EmojiField {
    fn default() -> Self {
        Self { node: NodeRef::new(), input: NodeRef::new(), id: RwSignal::new(None) }
    }
}

impl EmojiField {
    fn open(self, id: Option<MessageId>) {
        self.id.set(id);
        if let (Some(node), Some(input)) = (self.node.get_untracked(), self.input.get_untracked()) {
            input.set_value("");
            drop(node.show_modal());
            environment::focus_soon(input.into());
        }
    }

    fn close(self) {
        if let Some(node) = self.node.get_untracked() {
            node.close();
        }
    }
}

#[component]
pub fn EmojiFieldDialog(field: EmojiField) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let emoji = field.input.get_untracked().map(|input| input.value().trim().to_owned());
        field.close();
        if let (Some(id), Some(emoji)) = (field.id.get_untracked(), emoji.filter(|emoji| !emoji.is_empty())) {
            change_reaction(live, toasts, id, emoji, true);
        }
    };
    view! {
        <dialog class="emoji-field" aria-label=words::reactions_other() node_ref=field.node>
            <form on:submit=submit>
                <label>
                    <span>{words::reactions_field()}</span>
                    <input type="text" name="emoji" maxlength="32" autocomplete="off" dir="auto" node_ref=field.input/>
                </label>
                <div class="emoji-field__buttons">
                    <button class="button" type="button" on:click=move |_| field.close()>{words::common_cancel()}</button>
                    <button class="button button--main" type="submit">{words::reactions_react()}</button>
                </div>
            </form>
        </dialog>
    }
}

/// Who reacted, with what.
#[component]
pub fn ReactorList(reactors: Vec<Reactor>) -> impl IntoView {
    let line = |reactor: Reactor| {
        view! {
            <p class="menu__reason" role="menuitem" aria-disabled="true" tabindex="-1">
                {reactor.emoji}" "<bdi>{reactor.person.name}</bdi>
            </p>
        }
        .into_any()
    };
    view! {
        <div class="menu__reach" role="group" aria-label=words::reactions_who()>
            {reactors.into_iter().map(line).collect_view()}
        </div>
    }
}
