//! How far a message got: the part of its menu that says so.

use leptos::prelude::*;

use crate::shared::{
    messages::reach::{MessageReach, Reach},
    words,
};

/// How far a message got to each of its recipients, and what was left out of it if it came by mail.
#[component]
pub fn ReachList(reach: MessageReach) -> impl IntoView {
    let line = |reach: Reach| {
        let [before, after] = words::around(&words::message_menu_reach_line(words::HOLE, step_of(&reach)));
        view! {
            <p class="menu__reason" role="menuitem" aria-disabled="true" tabindex="-1">
                {before}<bdi>{reach.person.name}</bdi>{after}
            </p>
        }
        .into_any()
    };
    let left_out = reach.left_out.map(|text| {
        view! {
            <p class="menu__reason menu__rest" role="menuitem" aria-disabled="true" tabindex="-1" dir="auto">
                {words::message_menu_left_out(&text)}
            </p>
        }
        .into_any()
    });
    view! {
        <div class="menu__reach" role="group" aria-label=words::message_menu_reach()>
            {reach.recipients.into_iter().map(line).collect_view()}
        </div>
        {left_out}
    }
}

/// The last step of the ladder that it has reached: stored, delivered or mailed, and read.
fn step_of(reach: &Reach) -> &'static str {
    match reach {
        Reach { is_read: true, .. } => words::message_menu_reach_read(),
        Reach { is_bounced: true, .. } => words::message_menu_reach_bounced(),
        Reach { is_delivered: true, is_mailed: true, .. } => words::message_menu_reach_device_and_mail(),
        Reach { is_delivered: true, .. } => words::message_menu_reach_device(),
        Reach { is_mailed: true, .. } => words::message_menu_reach_mailed(),
        _ => words::message_menu_reach_none(),
    }
}
