//! Parked texts: what the viewer wrote in a conversation that they can't write to any more. The unsent
//! messages and the draft stay until the viewer has copied or discarded them.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{
        environment,
        sending::outbox::{DeliveryState, OutboxItem},
        use_live,
    },
    shared::{ids::ConversationId, words},
    ui::components::use_toasts,
};

/// Renders nothing if nothing is parked.
#[component]
pub fn ParkedTexts(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let items = Memo::new(move |_| live.outbox.of(conversation));
    let draft = Memo::new(move |_| live.drafts.get(conversation));
    let is_empty = move || items.with(Vec::is_empty) && draft.with(Option::is_none);
    view! {
        <Show when=move || !is_empty()>
            <section class="parked" aria-labelledby="parked-heading">
                <h3 id="parked-heading">{words::thread_parked_title()}</h3>
                <ul>
                    <For each=move || items.get() key=|item| (item.id, state_text(item)) let:item>
                        <ParkedText
                            state=state_text(&item)
                            text=item.body
                            discard=Callback::new(move |()| live.discard(item.id))
                        />
                    </For>
                    {move || draft.get().map(|text| view! {
                        <ParkedText
                            state=words::thread_parked_draft()
                            text
                            discard=Callback::new(move |()| live.delete_draft(conversation))
                        />
                    })}
                </ul>
            </section>
        </Show>
    }
}

/// Also of a message that is still in the queue: the server's refusal is on its way.
fn state_text(item: &OutboxItem) -> &'static str {
    if matches!(item.state, DeliveryState::Failed { .. }) {
        words::thread_parked_failed()
    } else {
        words::log_waiting()
    }
}

#[component]
fn ParkedText(state: &'static str, text: String, discard: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let copied = text.clone();
    let copy = move |_| {
        let text = copied.clone();
        spawn_local(async move {
            if environment::copy(&text).await {
                toasts.show(words::thread_copied());
            } else {
                toasts.error(words::thread_parked_copy_failed());
            }
        });
    };
    view! {
        <li class="parked__one">
            <p class="parked__state">{state}</p>
            <p class="parked__text" dir="auto">{text}</p>
            {environment::can_copy().then(|| view! {
                <button class="button button--small" type="button" on:click=copy>{words::thread_parked_copy()}</button>
            })}
            <button class="button button--small button--ghost" type="button" on:click=move |_| discard.run(())>
                {words::thread_discard()}
            </button>
        </li>
    }
}
