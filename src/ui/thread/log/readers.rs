//! Read receipts in a room: the users who have read an own message.

use leptos::prelude::*;

use super::context::LogContext;
use crate::{
    browser::use_live,
    ui::{
        components::reactive_view,
        thread::layout::{Layout, items::LogItemKey},
    },
};

/// The users who have read the last own message of a group. Loaded on a click, and without one below the
/// newest message.
#[component]
pub fn Readers(layout: Memo<Layout>, key: LogItemKey) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let seq = Memo::new(move |_| {
        layout.with(|layout| layout.group(key).and_then(|group| group.bubbles.last()?.seq))
    });
    let readers = RwSignal::new(None::<Vec<String>>);
    let is_expanded = RwSignal::new(false);
    let load = move || {
        if let Some(seq) = seq.get_untracked() {
            live.load_readers(log.conversation, seq, readers);
        }
    };
    Effect::new(move |_| {
        let is_newest = seq.get().is_some_and(|seq| seq + 1 > live.last_seq(log.conversation));
        if is_newest && live.is_hydrated.get() {
            load();
        }
    });
    let words = move || {
        readers.with(|readers| match readers.as_deref() {
            None | Some([]) => "Read by…".to_owned(),
            Some(names) if is_expanded.get() => format!("Read by {}", names.join(", ")),
            Some(names) => format!("Read by {}", names.len()),
        })
    };
    reactive_view(move || {
        seq.get().map(|_| {
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <button
                    class="group__readers"
                    type="button"
                    on:click=move |_| {
                        is_expanded.update(|is_expanded| *is_expanded = !*is_expanded);
                        load();
                    }
                >
                    {words}
                </button>
            }
            .into_any()
        })
    })
}
