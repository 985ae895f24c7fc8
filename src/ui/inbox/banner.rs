//! The places of the connection banner. The banner itself comes with a chunk, which an idle browser loads. Where the connection
//! goes before that, a plain line says so.

use leptos::prelude::*;

use super::announcer::Announcer;
use crate::{
    browser::{ConnectionStatus, use_live},
    ui::{chunks::registry, components::reactive_view},
};

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
    let status = use_live().status();
    let is_gone = Memo::new(move |_| {
        matches!(status.get(), ConnectionStatus::Offline | ConnectionStatus::Reconnecting { .. })
    });
    reactive_view(move || {
        registry::notice().or_else(|| {
            is_gone.get().then(|| {
                view! { <p class="banner banner--wait" role="status">{status.get_untracked().label()}</p> }.into_any()
            })
        })
    })
}
