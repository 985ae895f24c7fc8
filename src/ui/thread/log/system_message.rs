//! View of a system message.

use leptos::prelude::*;

use super::context::LogContext;
use crate::{
    browser::use_live,
    shared::{
        conversations::participant::ActorName,
        conversations::system_messages::{SystemMessage, SystemText},
        ids::{MessageId, UserId},
        positions::Seq,
        values::time::Timestamp,
        words,
    },
    ui::{
        components::{LocalTime, TimeStyle},
        orders::{
            actions::{ActionSet, OrderActions},
            status::StatusBadge,
        },
    },
};

/// The sentence of a system message, and below a pending quote the buttons that answer it (B6).
#[component]
pub fn SystemMessageView(
    id: MessageId,
    seq: Option<Seq>,
    sender: Option<UserId>,
    event: SystemMessage,
    at: Timestamp,
) -> impl IntoView {
    let live = use_live();
    let conversation = expect_context::<LogContext>().conversation;
    let row = live.conversation(conversation);
    let actor = Memo::new(move |_| {
        let named = row.with(|row| row.as_ref()?.actor_name(sender, live.viewer));
        // A user who has left a room is not among its participants.
        named.or_else(|| live.room_person(conversation, sender?).map(|person| ActorName::Other(person.name)))
    });
    let text = event.text(None, live.viewer);
    let status = text.status.map(|(status, kind)| view! { <StatusBadge status kind/> }.into_any());
    let link = text.link.map(|talk| {
        view! { <a class="thread__link" href=format!("/messages/{talk}")>{words::log_open()}</a> }.into_any()
    });
    let quoted = match event {
        SystemMessage::Quoted { price } => Some(price),
        _ => None,
    };
    // Only the current quote can be answered.
    let order = Memo::new(move |_| {
        let order = row.with(|row| row.as_ref()?.subject.order().cloned())?;
        (order.quote.map(|quote| quote.price) == quoted && quoted.is_some()).then_some(order)
    });
    view! {
        <div class="thread__notice" data-message=id.to_string() data-seq=seq.map(|seq| seq.to_string())>
            <p class="thread__pill">
                {status}
                <span dir="auto">{move || actor.with(|actor| sentence(&event.text(actor.as_ref(), live.viewer)))}</span>
                {link}
                <LocalTime at style=TimeStyle::Clock/>
            </p>
            <OrderActions order offer=ActionSet::QuoteAnswers/>
        </div>
    }
}

/// The sentence with its names set apart.
fn sentence(text: &SystemText) -> AnyView {
    let part = |(is_name, part): (bool, &str)| {
        let part = part.to_owned();
        if is_name { view! { <strong dir="auto">{part}</strong> }.into_any() } else { part.into_any() }
    };
    text.parts().into_iter().map(part).collect_view().into_any()
}
