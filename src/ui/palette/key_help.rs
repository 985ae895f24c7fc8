//! List of the keyboard shortcuts, in a dialog.

use leptos::{html, prelude::*};

use crate::{
    shared::words,
    ui::{components::Icon, shell::nav_item::is_operator},
};

/// Keys that are pressed together or one after the other, and what they do.
type Shortcut = (Vec<&'static str>, &'static str);

/// The shortcuts in groups, each with its heading. Operators have one for the desk.
fn groups(is_operator: bool) -> [(&'static str, Vec<Shortcut>); 4] {
    let (alt, enter) = (words::shortcuts_key_alt(), words::shortcuts_key_enter());
    let (escape, shift) = (words::shortcuts_key_escape(), words::shortcuts_key_shift());
    let mut go_to = vec![
        (vec!["G", "E"], words::palette_page_explore()),
        (vec!["G", "M"], words::palette_page_messages()),
        (vec!["G", "O"], words::palette_page_orders()),
        (vec!["G", "H"], words::palette_page_hosting()),
        (vec!["G", "S"], words::palette_page_settings()),
    ];
    if is_operator {
        go_to.push((vec!["G", "D"], words::palette_page_desk()));
    }
    [
        (
            words::shortcuts_anywhere(),
            vec![
                (vec![words::shortcuts_key_ctrl(), "K"], words::palette_label()),
                (vec!["/"], words::shortcuts_search_field()),
                (vec!["?"], words::shortcuts_help()),
                (vec![escape], words::shortcuts_close()),
            ],
        ),
        (words::palette_go_to(), go_to),
        (
            words::shortcuts_in_list(),
            vec![
                (vec!["↑", "↓"], words::shortcuts_move()),
                (vec!["J"], words::shortcuts_next_row()),
                (vec!["K"], words::shortcuts_row_before()),
                (vec![enter], words::shortcuts_open()),
                (vec!["E"], words::shortcuts_mark_read()),
                (vec!["U"], words::shortcuts_mark_unread()),
                (vec!["A"], words::shortcuts_archive()),
                (vec!["S"], words::shortcuts_star()),
                (vec![alt, "↑ ↓"], words::shortcuts_open_next()),
                (vec![alt, shift, "↑ ↓"], words::shortcuts_open_next_unread()),
            ],
        ),
        (
            words::shortcuts_in_conversation(),
            vec![
                (vec!["F"], words::search_shortcut()),
                (vec![enter], words::shortcuts_send()),
                (vec![shift, enter], words::shortcuts_new_line()),
                (vec!["↑"], words::shortcuts_edit_last()),
                (vec!["R"], words::shortcuts_reply()),
                (vec![escape], words::shortcuts_back_to_list()),
            ],
        ),
    ]
}

#[component]
pub fn KeyHelp(node: NodeRef<html::Dialog>) -> impl IntoView {
    let close = move |_| {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let groups = groups(is_operator()).map(|(title, shortcuts)| {
        let shortcuts = shortcuts.into_iter().map(|(keys, does)| {
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }.into_any());
            view! { <div><dt>{does}</dt><dd>{keys.collect_view()}</dd></div> }.into_any()
        });
        view! {
            <section>
                <h3>{title}</h3>
                <dl>{shortcuts.collect_view()}</dl>
            </section>
        }
        .into_any()
    });
    // The link is between the two holes.
    let note = words::shortcuts_note(words::HOLE, words::HOLE);
    let mut parts = words::split(&note);
    let [before, link, after] = [parts.next(), parts.next(), parts.next()];
    view! {
        <dialog class="keys" aria-labelledby="keys-title" node_ref=node>
            <header>
                <h2 id="keys-title">{words::shortcuts_title()}</h2>
                <button class="button button--icon" type="button" aria-label=words::common_close() on:click=close>
                    <Icon name="x"/>
                </button>
            </header>
            <div class="keys__groups">{groups.into_iter().collect_view()}</div>
            <p class="muted">
                {before}
                <a class="thread__link" href="/settings#shortcuts" on:click=close>{link}</a>
                {after}
            </p>
        </dialog>
    }
}
