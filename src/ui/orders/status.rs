//! Status of an order: a badge, and a stepper of its four statuses.

use leptos::prelude::*;

use crate::{
    shared::{
        orders::{
            card::OrderCard,
            workflow::{OrderKind, Status},
        },
        words,
    },
    ui::components::Icon,
};

/// The status as a word on its colour.
#[component]
pub fn StatusBadge(status: Status, kind: OrderKind) -> impl IntoView {
    view! { <span class=format!("status {}", colour(status))>{status.label(kind)}</span> }
}

fn colour(status: Status) -> &'static str {
    match status {
        Status::Pending => "status--amber",
        Status::Accepted | Status::InProgress => "status--teal",
        Status::Completed => "status--green",
        Status::Declined | Status::Cancelled => "status--red",
    }
}

/// The happy path of an order: steps that are done, current and next. One that was declined or cancelled shows the steps
/// that it has made, and its status as the last. `past` are statuses that it is known to have had.
#[component]
pub fn Stepper(order: OrderCard, #[prop(optional)] past: Vec<Status>) -> impl IntoView {
    let at = Status::HAPPY_PATH.iter().position(|status| *status == order.status);
    // Each was requested, and a custom order has its price from when that was accepted.
    let is_accepted = order.listing.is_none() && order.price.is_some();
    let was = |status: Status| {
        status == Status::Pending || past.contains(&status) || status == Status::Accepted && is_accepted
    };
    let path = Status::HAPPY_PATH.into_iter().enumerate().filter(|(_, status)| at.is_some() || was(*status));
    let steps = path.map(|(index, status)| {
        let (state, is_now) = match at {
            Some(at) if index < at || order.status == Status::Completed => ("done", index == at),
            Some(at) => (if index == at { "now" } else { "next" }, index == at),
            None => ("done", false),
        };
        view! {
            <li class=format!("stepper__step stepper__step--{state}") aria-current=is_now.then_some("step")>
                <span class="stepper__dot" aria-hidden="true">
                    {(state == "done").then(|| view! { <Icon name="check"/> }.into_any())}
                </span>
                <span class="stepper__word">{status.label(order.kind)}</span>
            </li>
        }
        .into_any()
    });
    let stopped = at.is_none().then(|| {
        view! {
            <li class="stepper__step stepper__step--stopped" aria-current="step">
                <span class="stepper__dot" aria-hidden="true"><Icon name="x"/></span>
                <span class="stepper__word">{order.status.label(order.kind)}</span>
            </li>
        }
        .into_any()
    });
    view! { <ol class="stepper" aria-label=words::order_actions_progress()>{steps.collect_view()} {stopped}</ol> }
}
