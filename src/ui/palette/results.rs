//! Results of the palette: a list box of the entries, in groups.

use leptos::prelude::*;

use super::{LIST_ID, Palette, entries::Entry};
use crate::{
    shared::words,
    ui::components::{Icon, reactive_view},
};

pub fn option_id(index: usize) -> String {
    format!("palette-{index}")
}

/// Keeps the selected entry in view.
pub fn scroll_to(index: usize) {
    request_animation_frame(move || {
        if let Some(option) = document().get_element_by_id(&option_id(index)) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// `choose` takes the position of an entry.
#[component]
pub fn Results(palette: Palette, choose: Callback<usize>) -> impl IntoView {
    let Palette { entries, selected, search, .. } = palette;
    let option = move |(index, entry): (usize, Entry)| {
        view! {
            <div
                class="palette__option"
                id=option_id(index)
                role="option"
                aria-selected=move || (selected.get() == index).to_string()
                on:pointermove=move |_| if selected.get_untracked() != index { selected.set(index) }
                on:click=move |_| choose.run(index)
            >
                <Icon name=entry.icon/>
                <span class="cut" dir="auto">{entry.label}</span>
                <span class="palette__detail cut" dir="auto">{entry.detail}</span>
                {(!entry.keys.is_empty()).then(|| view! { <kbd aria-hidden="true">{entry.keys}</kbd> }.into_any())}
            </div>
        }
        .into_any()
    };
    let groups =
        move || {
            let mut entries = entries.get().into_iter().enumerate().peekable();
            let mut groups = Vec::new();
            while let Some((_, first)) = entries.peek() {
                let (group, mut options) = (first.group, Vec::new());
                while let Some(entry) = entries.next_if(|(_, entry)| entry.group == group) {
                    options.push(option(entry));
                }
                groups.push(view! {
                <div role="group" aria-label=group.title()>
                    <p class="palette__group" role="presentation" aria-hidden="true">{group.title()}</p>
                    {options}
                </div>
            }
            .into_any());
            }
            Some(groups.collect_view().into_any())
        };
    let status = move || {
        let count = entries.with(Vec::len);
        match (count, search.is_searching.get()) {
            (_, true) => words::palette_searching().to_owned(),
            _ if search.is_incomplete.get() => words::palette_incomplete().to_owned(),
            (0, false) => words::palette_nothing_found().to_owned(),
            (count, false) => words::palette_result_count(count as u64),
        }
    };
    let is_told = move || entries.with(Vec::is_empty) || search.is_incomplete.get();
    view! {
        // The field keeps the focus.
        <div class="palette__list" id=LIST_ID role="listbox" aria-label=words::palette_results() on:pointerdown=|event| event.prevent_default()>
            {reactive_view(groups)}
        </div>
        <p class="palette__status" class:visually-hidden=move || !is_told() role="status">{status}</p>
    }
}
