//! View of the delivery progress of an own message.

use leptos::prelude::*;

use crate::{
    browser::use_live,
    shared::{ids::MessageId, sync::thread::delivery::Delivery, words},
    ui::{
        components::{Icon, LocalTime, TimeStyle, reactive_view},
        thread::layout::items::Progress,
    },
};

/// The delivery progress of the last own message of a group (D5): an icon and a word.
#[component]
pub fn ProgressView(progress: Memo<Option<Progress>>) -> impl IntoView {
    reactive_view(move || {
        let (class, icon, text) = match progress.get()? {
            Progress::Sending { is_slow: false } => return None,
            Progress::Sending { is_slow: true } => ("progress", "clock", words::log_sending().into_any()),
            Progress::Waiting => ("progress", "clock", words::log_waiting().into_any()),
            Progress::Failed { id, reason } => {
                ("progress progress--failed", "alert", view! { <SendFailure id reason/> }.into_any())
            }
            Progress::Stored(Delivery::Sent) => ("progress", "check", words::log_sent().into_any()),
            Progress::Stored(Delivery::Delivered) => {
                ("progress", "checks", words::log_delivered().into_any())
            }
            Progress::Stored(Delivery::Read(None)) => {
                ("progress progress--read", "checks", view! { <span>{words::log_read()}</span> }.into_any())
            }
            Progress::Stored(Delivery::Read(Some(at))) => {
                let [before, after] = words::around(&words::log_read_at(words::HOLE));
                let time = view! { <LocalTime at style=TimeStyle::Clock/> };
                ("progress progress--read", "checks", view! { <span>{before}{time}{after}</span> }.into_any())
            }
        };
        Some(
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <span class=class><Icon name=icon class="icon--16"/>{text}</span>
            }
            .into_any(),
        )
    })
}

#[component]
fn SendFailure(id: MessageId, reason: String) -> impl IntoView {
    let live = use_live();
    let [before, after] = words::around(&words::log_failed(words::HOLE));
    view! {
        <span role="alert">{before}<span class="progress__reason">{reason}</span>{after}</span>
        <button type="button" on:click=move |_| live.send_again(id)>{words::common_try_again()}</button>
        <button type="button" on:click=move |_| live.discard(id)>{words::thread_discard()}</button>
    }
}
