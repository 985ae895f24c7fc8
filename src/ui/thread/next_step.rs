//! What comes next after the guest has asked: a line above the composer until somebody writes.

use leptos::prelude::*;

use crate::shared::{
    conversations::{Conversation, role::Role},
    messages::MessageKind,
    orders::workflow::Status,
    words,
};

#[component]
pub fn NextStep(row: Memo<Option<Conversation>>) -> impl IntoView {
    let text = Memo::new(move |_| row.with(|row| row.as_ref().and_then(text_for)));
    move || text.get().map(|text| view! { <p class="next-step">{text}</p> })
}

fn text_for(row: &Conversation) -> Option<String> {
    let order = row.subject.order()?;
    let last = row.last_message.as_ref()?;
    let is_just_asked = order.status == Status::Pending && last.kind == MessageKind::System;
    if row.role != Role::Guest || !is_just_asked {
        return None;
    }
    Some(match row.peer() {
        Some(peer) if order.host.is_some() => words::thread_next_step_host(peer.person.first_name()),
        _ => words::thread_next_step_team().to_owned(),
    })
}
