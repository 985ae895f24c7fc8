//! Read receipts in a room: the users who have read an own message.

use leptos::prelude::*;

use super::context::LogContext;
use crate::{
    browser::use_live,
    shared::words,
    ui::{
        components::{Icon, fresh_view, reactive_view},
        thread::layout::{Layout, items::LogItemKey},
    },
};

/// The users who have read the last own message of a group, in a popover. Their number is loaded for the newest
/// message, and for others with their names.
#[component]
pub fn Readers(
    layout: Memo<Layout>,
    key: LogItemKey,
    readers: RwSignal<Option<Vec<String>>>,
) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let last = Memo::new(move |_| {
        layout.with(|layout| {
            let last = layout.group(key)?.bubbles.last()?;
            Some((last.id, last.seq?)).filter(|_| !last.is_deleted)
        })
    });
    let load = move || {
        if let Some((_, seq)) = last.get_untracked() {
            live.load_readers(log.conversation, seq, readers);
        }
    };
    Effect::new(move |before: Option<Option<_>>| {
        let last = last.get();
        // Those of the message before have not read this one.
        if before.is_some_and(|before| before != last) {
            readers.set(None);
        }
        let is_newest = last.is_some_and(|(_, seq)| seq >= live.last_seq(log.conversation));
        if is_newest && live.is_hydrated.get() {
            load();
        }
        last
    });
    reactive_view(move || {
        let (id, _) = last.get()?;
        let id = format!("readers-{id}");
        Some(
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <button class="group__readers" type="button" popovertarget=id.clone() on:click=move |_| load()>
                    <Icon name="checks" class="icon--16"/>
                    {move || readers.with(|readers| match readers.as_deref() {
                        None | Some([]) => words::log_readers_unknown().to_owned(),
                        Some(names) => words::log_readers_count(names.len() as u64),
                    })}
                </button>
                <div class="readers" id=id popover="auto">
                    {fresh_view(move || Some(readers.with(|readers| names_view(readers.as_deref()))))}
                </div>
            }
            .into_any(),
        )
    })
}

fn names_view(names: Option<&[String]>) -> AnyView {
    match names {
        None => view! { <p>{words::log_readers_loading()}</p> }.into_any(),
        Some([]) => view! { <p>{words::log_readers_none()}</p> }.into_any(),
        Some(names) => {
            let lines = names.iter().cloned().map(|name| view! { <li><bdi>{name}</bdi></li> }.into_any());
            view! { <ul aria-label=words::log_readers_label()>{lines.collect_view()}</ul> }.into_any()
        }
    }
}
