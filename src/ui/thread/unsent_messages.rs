//! Unsent messages (D6): the number of messages that wait or failed, above the composer, with a button to
//! retry now.

use leptos::prelude::*;

use crate::{
    browser::{sending::outbox::DeliveryState, use_live},
    shared::{ids::ConversationId, words},
    ui::components::Icon,
};

#[component]
pub fn UnsentMessages(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let status = live.status();
    let counts = Memo::new(move |_| {
        let items = live.outbox.of(conversation);
        let count = |is_counted: fn(&DeliveryState) -> bool| {
            items.iter().filter(|item| is_counted(&item.state)).count() as u64
        };
        (
            count(|state| *state == DeliveryState::Waiting),
            count(|state| matches!(state, DeliveryState::Failed { .. })),
        )
    });
    let waiting = move || {
        let (waiting, _) = counts.get();
        (waiting > 0).then(|| {
            view! {
                <Icon name="clock"/>
                {with_bold_part(if live.outbox.is_persistent() {
                    words::thread_unsent_waiting(waiting, words::HOLE, words::HOLE)
                } else {
                    words::thread_unsent_waiting_unkept(waiting, words::HOLE, words::HOLE)
                })}
                {move || (!status.get().is_over()).then(|| view! {
                    <button class="button button--small" type="button" on:click=move |_| live.try_now()>{words::thread_unsent_try_now()}</button>
                })}
            }.into_any()
        })
    };
    let failed = move || {
        let (waiting, failed) = counts.get();
        (waiting == 0 && failed > 0).then(|| {
            let text = words::thread_unsent_failed(failed, words::HOLE, words::HOLE);
            view! { <Icon name="alert"/>{with_bold_part(text)} }.into_any()
        })
    };
    view! {
        <div
            class="queue"
            class:queue--failed=move || matches!(counts.get(), (0, 1..))
            class:queue--empty=move || counts.get() == (0, 0)
            role="status"
        >
            {waiting}
            {failed}
        </div>
    }
}

/// A text whose part between two holes is set in bold.
fn with_bold_part(text: String) -> impl IntoView {
    let mut parts = words::split(&text);
    let [before, bold, after] = [parts.next(), parts.next(), parts.next()];
    view! { <span>{before}<b>{bold}</b>{after}</span> }
}
