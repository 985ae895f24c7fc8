//! The places of the connection banner. The banner itself comes with a chunk: it waits for two seconds, and by then an idle
//! browser has it.

use leptos::prelude::*;

use super::announcer::Announcer;
use crate::ui::{chunks::registry, components::reactive_view};

/// The app frame's banner and announcer.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    view! {
        <ConnectionNotice/>
        <Announcer/>
    }
}

/// The banner. The frame and an open dialog each have one.
#[component]
pub fn ConnectionNotice() -> impl IntoView {
    reactive_view(registry::notice)
}
