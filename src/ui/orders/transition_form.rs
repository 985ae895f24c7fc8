//! Form of one transition of an order.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    api::orders::step_order,
    browser::use_live,
    shared::{
        ids::MessageId,
        orders::{card::OrderCard, workflow::Transition},
    },
    ui::components::{Attempt, CommandForm, SubmitButton, use_toasts},
};

/// The button of one transition.
#[component]
pub fn TransitionForm(order: OrderCard, transition: Transition, done: Option<Callback<()>>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/step_order");
    // All attempts have one id, which makes the transition idempotent: a retry after a lost answer has no
    // second effect.
    let id = MessageId::new();
    report_outcome(attempt, done);
    let confirm = move |event: SubmitEvent| {
        let is_confirmed = transition
            .question()
            .is_none_or(|question| window().confirm_with_message(question).unwrap_or(true));
        if !is_confirmed {
            event.prevent_default();
        }
    };
    let (key, expected) = (order.id.to_string(), order.status);
    let quote = order.quote.filter(|_| transition == Transition::AcceptQuote).map(|quote| quote.price.minor);
    let class = match transition {
        // Only the answers to something new have the main colour.
        Transition::Accept | Transition::AcceptQuote => "button--main",
        Transition::Decline
        | Transition::DeclineQuote
        | Transition::Start
        | Transition::Complete
        | Transition::Cancel => "",
    };
    let sent = key.clone();
    view! {
        <CommandForm
            attempt
            on:submit:capture=confirm
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    step_order(key, id, expected, transition, quote).await.map(|_| String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <input type="hidden" name="step" value=transition.as_str()/>
            {quote.map(|quote| view! { <input type="hidden" name="quote" value=quote.to_string()/> }.into_any())}
            <SubmitButton pending=attempt.is_pending class>{transition.verb()}</SubmitButton>
        </CommandForm>
    }
}

/// Shows a failed attempt in a toast, and refreshes the page after each attempt.
pub fn report_outcome(attempt: Attempt, done: Option<Callback<()>>) {
    let live = use_live();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        if let Err(error) = answer {
            toasts.error(error.message);
        }
        live.refresh();
        if let Some(done) = done {
            done.run(());
        }
    });
}
