//! Form of an operator who takes up an order of the order board, or joins its conversation.

use leptos::{prelude::*, task::spawn_local};

use super::focus::focus_link_after_dialog;
use crate::{
    api::orders::take_order,
    browser::use_live,
    shared::{ids::MessageId, orders::Order, words},
    ui::{
        chunks::registry::Chunk,
        components::{Attempt, CommandForm, SubmitButton, use_toasts},
        dialog::handle::use_messages_dialog,
    },
};

/// The button that takes up an order. `done` is called after each attempt.
#[component]
pub fn TakeOrderForm(order: Order, done: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/take_order");
    let id = MessageId::new();
    let toasts = use_toasts();
    let dialog = use_messages_dialog();
    let conversation = order.conversation;
    let live = use_live();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => done.run(()),
        Some(Err(error)) => {
            toasts.error(error.message);
            done.run(());
        }
        None => {}
    });
    let (key, expected) = (order.card.id.to_string(), order.card.status);
    let sent = key.clone();
    view! {
        <CommandForm
            attempt
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    take_order(key, id, expected).await?;
                    // Not when the answer is seen: the update may have taken this form away before it came.
                    live.load_conversation(conversation);
                    spawn_local(async move {
                        if Chunk::Thread.load().await {
                            dialog.open(conversation);
                            focus_link_after_dialog(conversation);
                        }
                    });
                    Ok(String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if order.operator.is_some() { words::order_actions_join() } else { words::order_actions_take_up() }}
            </SubmitButton>
        </CommandForm>
    }
}
