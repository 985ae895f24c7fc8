//! Unsent messages (D6): the number of messages that wait or failed, above the composer, with a button to
//! retry now.

use leptos::prelude::*;

use crate::{
    browser::{sending::outbox::DeliveryState, use_live},
    shared::ids::ConversationId,
    ui::components::Icon,
};

#[component]
pub fn UnsentMessages(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let status = live.status();
    let counts = Memo::new(move |_| {
        let items = live.outbox.of(conversation);
        let count = |is_counted: fn(&DeliveryState) -> bool| {
            items.iter().filter(|item| is_counted(&item.state)).count()
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
                <span>
                    <b>{message_count(waiting)}</b>
                    " waiting to send"
                    {(!live.outbox.is_persistent()).then_some(". This browser can’t keep them: leave this page open")}
                </span>
                {move || (!status.get().is_over()).then(|| view! {
                    <button class="button button--small" type="button" on:click=move |_| live.try_now()>"Try now"</button>
                })}
            }.into_any()
        })
    };
    let failed = move || {
        let (waiting, failed) = counts.get();
        (waiting == 0 && failed > 0).then(|| {
            view! { <Icon name="alert"/><span><b>{message_count(failed)}</b>" not sent"</span> }.into_any()
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

fn message_count(count: usize) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}
