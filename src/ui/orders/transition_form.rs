//! Form of one transition of an order.

use leptos::prelude::*;

use super::focus::focus_status_after;
use crate::{
    api::orders::step_order,
    browser::use_live,
    shared::{
        errors::ErrorCode,
        ids::MessageId,
        listings::stays::OVERLAPPING_FIELD,
        orders::{
            card::OrderCard,
            workflow::{Actor, Transition},
        },
        page::session::PageSession,
        words,
    },
    ui::components::{
        Attempt, CommandForm,
        forms::confirm::{ConfirmedSubmit, Question, REMARK},
        reactive_view, use_toasts,
    },
};

/// The price of a quote, in its form and in errors.
pub const PRICE_FIELD: &str = "price";

/// The button of one transition. `id` is the element id of its form, where a menu has to find it. `takes_part` says whether
/// the viewer can write to the order's conversation.
#[component]
pub fn TransitionForm(
    order: OrderCard,
    transition: Transition,
    done: Option<Callback<()>>,
    takes_part: Signal<bool>,
    #[prop(optional)] id: Option<String>,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/step_order");
    let form_id = id;
    // All attempts have one id, which makes the transition idempotent: a retry after a lost answer has no
    // second effect.
    let id = MessageId::new();
    let form = NodeRef::new();
    report_outcome(attempt, done);
    focus_status_after(attempt, form, order.code);
    let live = use_live();
    let viewer = expect_context::<PageSession>().viewer;
    let actor = viewer.and_then(|viewer| order.actor(viewer.id, viewer.rank));
    let asked = question(&order, transition, actor);
    // Who does not take part in the conversation can't write to it.
    let asked = Signal::derive(move || {
        let asked = asked.clone()?;
        let remark = asked.remark.filter(|_| takes_part.get());
        Some(Question { remark, ..asked })
    });
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
    // The stay shares nights with a booked one: to accept both takes a second, explicit step.
    let error = attempt.error();
    let overlap = Memo::new(move |_| {
        error
            .get()
            .filter(|error| {
                transition == Transition::Accept && error.field.as_deref() == Some(OVERLAPPING_FIELD)
            })
            .map(|error| error.message)
    });
    let verb = move || {
        if overlap.with(Option::is_some) { words::order_actions_accept_both() } else { transition.verb() }
    };
    view! {
        <CommandForm
            attempt
            node_ref=form
            attr:id=form_id
            send=Box::new(move |fields| {
                let key = sent.clone();
                let overlapping = fields.optional("overlapping").map(|_| true);
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    let done = step_order(key, id, expected, transition, quote, overlapping).await?;
                    let remark = fields.text(REMARK);
                    if !remark.trim().is_empty() {
                        live.send(done.conversation, remark, Default::default())?;
                    }
                    Ok(String::new())
                })
            })
        >
            {reactive_view(move || {
                let message = overlap.get()?;
                Some(view! {
                    <p class="steps__overlap" role="status">{message}</p>
                    <input type="hidden" name="overlapping" value="true"/>
                }.into_any())
            })}
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <input type="hidden" name="step" value=transition.as_str()/>
            {quote.map(|quote| view! { <input type="hidden" name="quote" value=quote.to_string()/> }.into_any())}
            <ConfirmedSubmit pending=attempt.is_pending class question=asked>{verb}</ConfirmedSubmit>
        </CommandForm>
    }
}

/// What is asked before a transition that ends something, or that an operator makes for a host.
fn question(order: &OrderCard, transition: Transition, actor: Option<Actor>) -> Option<Question> {
    let host = order.listing.as_ref().filter(|_| actor == Some(Actor::Operator)).map(|listing| &listing.host);
    if let (Transition::Accept, Some(host)) = (transition, host) {
        return Some(Question {
            title: words::order_actions_accept_for_title(&host.name),
            text: words::order_actions_accept_for_text().to_owned(),
            verb: words::order_actions_accept_for_verb(),
            keep: words::order_actions_accept_for_keep(),
            remark: None,
            is_danger: false,
        });
    }
    let (title, text, verb) = match transition {
        Transition::Decline => (
            words::order_actions_decline_title(),
            words::order_actions_decline_text(),
            words::order_actions_decline_request(),
        ),
        Transition::Cancel => (
            words::order_actions_cancel_title(),
            match order.starts_on {
                Some(_) => words::order_actions_cancel_days_text(),
                None => words::order_actions_cancel_text(),
            },
            words::order_actions_cancel_order(),
        ),
        Transition::DeclineQuote => (
            words::order_actions_decline_price_title(),
            words::order_actions_decline_price_text(),
            words::order_actions_decline_price(),
        ),
        Transition::Complete => (
            words::order_actions_complete_title(),
            match order.ends_on {
                Some(_) => words::order_actions_complete_nights_text(),
                None => words::order_actions_complete_text(),
            },
            words::order_actions_complete_order(),
        ),
        Transition::Accept | Transition::AcceptQuote | Transition::Start => return None,
    };
    Some(Question {
        title: title.to_owned(),
        text: text.to_owned(),
        verb,
        keep: if transition == Transition::Complete {
            words::order_actions_complete_keep()
        } else {
            words::common_keep_it()
        },
        remark: Some(words::order_actions_remark().to_owned()),
        is_danger: transition != Transition::Complete,
    })
}

/// Shows a failed attempt in a toast, and refreshes the page after each attempt that was answered.
pub fn report_outcome(attempt: Attempt, done: Option<Callback<()>>) {
    let live = use_live();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        if let Err(error) = answer {
            if matches!(error.field.as_deref(), Some(OVERLAPPING_FIELD | PRICE_FIELD)) {
                // The form shows it and asks again.
                return;
            }
            toasts.error(error.message);
            if error.code == ErrorCode::Unreachable {
                return;
            }
        }
        live.refresh();
        if let Some(done) = done {
            done.run(());
        }
    });
}
