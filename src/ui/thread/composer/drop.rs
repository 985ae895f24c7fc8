//! Files that are dragged over the window. Dropped anywhere, they are chosen for the next message; without this the browser
//! would leave the page to show them.

use leptos::{ev, prelude::*};

use super::chosen_files::ChosenFiles;
use crate::{shared::words, ui::components::Icon};

/// Says that files can be dropped, while some are over the window. Only in the browser.
#[component]
pub fn DropTarget(chosen: ChosenFiles) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let over = window_event_listener(ev::dragover, move |event| {
        if ChosenFiles::are_in(&event, "dataTransfer") {
            event.prevent_default();
            is_over.set(true);
        }
    });
    // Of the elements inside, each says so too; only the window's own has nothing that is entered instead.
    let left = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            is_over.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        is_over.set(false);
        chosen.take_from(&event, "dataTransfer");
    });
    on_cleanup(move || [over, left, dropped].into_iter().for_each(|listener| listener.remove()));
    view! {
        <p class="drop-target" hidden=move || !is_over.get()>
            <Icon name="arrowdown"/>
            <span>{words::composer_drop()}</span>
        </p>
    }
}
