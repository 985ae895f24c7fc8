//! How an order stands: a badge, and the way of four that it takes.

use leptos::prelude::*;

use crate::shared::orders::{
    card::OrderCard,
    workflow::{OrderKind, Status},
};
use crate::ui::components::Icon;

/// A word on its colour.
#[component]
pub fn StatusBadge(status: Status, kind: OrderKind) -> impl IntoView {
    view! { <span class=format!("status {}", colour(status))>{status.word(kind)}</span> }
}

fn colour(status: Status) -> &'static str {
    match status {
        Status::Pending => "status--amber",
        Status::Accepted | Status::InProgress => "status--teal",
        Status::Completed => "status--green",
        Status::Declined | Status::Cancelled => "status--red",
    }
}

/// The way of an order: done, now, still to come. One that ended early stops where it was.
#[component]
pub fn Stepper(order: OrderCard) -> impl IntoView {
    let at = Status::WAY.iter().position(|status| *status == order.status);
    let steps = Status::WAY.into_iter().enumerate().map(|(index, status)| {
        let (state, is_now) = match at {
            Some(at) if index < at || order.status == Status::Completed => ("done", index == at),
            Some(at) => (if index == at { "now" } else { "next" }, index == at),
            // Declined or cancelled: how far it had come is told in its conversation.
            None => ("next", false),
        };
        view! {
            <li class=format!("stepper__step stepper__step--{state}") aria-current=is_now.then_some("step")>
                <span class="stepper__dot" aria-hidden="true">
                    {(state == "done").then(|| view! { <Icon name="check"/> }.into_any())}
                </span>
                <span class="stepper__word">{status.word(order.kind)}</span>
            </li>
        }
        .into_any()
    });
    let stopped = at.is_none().then(|| {
        view! {
            <li class="stepper__step stepper__step--stopped" aria-current="step">
                <span class="stepper__dot" aria-hidden="true"><Icon name="x"/></span>
                <span class="stepper__word">{order.status.word(order.kind)}</span>
            </li>
        }
        .into_any()
    });
    view! { <ol class="stepper" aria-label="Progress">{steps.collect_view()} {stopped}</ol> }
}
