//! List of the keyboard shortcuts, in a dialog.

use leptos::{html, prelude::*};

use crate::ui::{components::Icon, shell::nav_item::is_operator};

/// Keys that are pressed together or one after the other, and what they do.
type Shortcut = (&'static [&'static str], &'static str);

/// The key of the desk, for operators.
const DESK: Shortcut = (&["G", "D"], "Desk");
const GO_TO: &str = "Go to";

const GROUPS: [(&str, &[Shortcut]); 4] = [
    (
        "Anywhere",
        &[
            (&["Ctrl", "K"], "Search and commands"),
            (&["/"], "Go to the search field"),
            (&["?"], "Show these keys"),
            (&["Esc"], "Close what is open"),
        ],
    ),
    (
        GO_TO,
        &[
            (&["G", "E"], "Explore"),
            (&["G", "M"], "Messages"),
            (&["G", "O"], "Orders"),
            (&["G", "H"], "Hosting"),
            (&["G", "S"], "Settings"),
        ],
    ),
    (
        "In the list of messages",
        &[
            (&["↑", "↓"], "Move through the rows"),
            (&["J"], "Next row"),
            (&["K"], "Row before"),
            (&["Enter"], "Open the conversation"),
            (&["E"], "Mark as read"),
            (&["Alt", "↑ ↓"], "Open the conversation above or below"),
            (&["Alt", "Shift", "↑ ↓"], "The same, only unread ones"),
        ],
    ),
    (
        "In a conversation",
        &[
            (&["Enter"], "Send"),
            (&["Shift", "Enter"], "New line"),
            (&["↑"], "Edit the last message, in an empty field"),
            (&["Esc"], "Back to the list, from an empty field"),
        ],
    ),
];

#[component]
pub fn KeyHelp(node: NodeRef<html::Dialog>) -> impl IntoView {
    let close = move |_| {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let is_operator = is_operator();
    let groups = GROUPS.map(|(title, keys)| {
        let desk = (title == GO_TO && is_operator).then_some(&DESK);
        let keys = keys.iter().chain(desk).map(|(keys, does)| {
            let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }.into_any());
            view! { <div><dt>{*does}</dt><dd>{keys.collect_view()}</dd></div> }.into_any()
        });
        view! {
            <section>
                <h3>{title}</h3>
                <dl>{keys.collect_view()}</dl>
            </section>
        }
        .into_any()
    });
    view! {
        <dialog class="keys" aria-labelledby="keys-title" node_ref=node>
            <header>
                <h2 id="keys-title">"Keyboard shortcuts"</h2>
                <button class="button button--icon" type="button" aria-label="Close" on:click=close>
                    <Icon name="x"/>
                </button>
            </header>
            <div class="keys__groups">{groups.into_iter().collect_view()}</div>
            <p class="muted">
                "On a Mac ⌘ stands for Ctrl. Keys of one letter can be switched off in "
                <a class="thread__link" href="/settings#shortcuts" on:click=close>"Settings"</a>
                "."
            </p>
        </dialog>
    }
}
