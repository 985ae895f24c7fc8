//! View of the delivery progress of an own message.

use leptos::prelude::*;

use crate::{
    browser::use_live,
    shared::{ids::MessageId, sync::thread::delivery::Delivery},
    ui::{
        components::{Icon, LocalTime, TimeStyle, reactive_view},
        thread::layout::items::Progress,
    },
};

/// The delivery progress of the last own message of a group (D5): an icon and a word.
#[component]
pub fn ProgressView(progress: Memo<Option<Progress>>) -> impl IntoView {
    reactive_view(move || {
        let (class, icon, words) = match progress.get()? {
            Progress::Sending { is_slow: false } => return None,
            Progress::Sending { is_slow: true } => ("progress", "clock", "Sending…".into_any()),
            Progress::Waiting => ("progress", "clock", "Waiting to send".into_any()),
            Progress::Failed { id, reason } => {
                ("progress progress--failed", "alert", view! { <SendFailure id reason/> }.into_any())
            }
            Progress::Stored(Delivery::Sent) => ("progress", "check", "Sent".into_any()),
            Progress::Stored(Delivery::Delivered) => ("progress", "checks", "Delivered".into_any()),
            Progress::Stored(Delivery::Read(at)) => {
                let time = at.map(|at| view! { " " <LocalTime at style=TimeStyle::Clock/> }.into_any());
                ("progress progress--read", "checks", view! { <span>"Read" {time}</span> }.into_any())
            }
        };
        Some(
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <span class=class><Icon name=icon class="icon--16"/>{words}</span>
            }
            .into_any(),
        )
    })
}

#[component]
fn SendFailure(id: MessageId, reason: String) -> impl IntoView {
    let live = use_live();
    view! {
        <span role="alert">"Not sent. " <span class="progress__reason">{reason}</span></span>
        <button type="button" on:click=move |_| live.send_again(id)>"Try again"</button>
        <button type="button" on:click=move |_| live.discard(id)>"Discard"</button>
    }
}
