//! Messages that were found: each with its conversation, the time, and the words around what was sought. Each leads to its place
//! in the thread.

use leptos::prelude::*;

use crate::{
    browser::use_live,
    shared::{
        conversations::Conversation,
        messages::search::{FoundMessage, FoundPage},
        words,
    },
    ui::{
        components::{Avatar, LocalTime, TeamAvatar, TimeStyle},
        inbox::row::subject_text,
    },
};

#[component]
pub fn Hits(page: FoundPage) -> impl IntoView {
    let viewer = use_live().viewer;
    let FoundPage { messages, conversations, .. } = page;
    let hits = messages.into_iter().map(|message| {
        let row = conversations.iter().find(|row| row.id == message.conversation);
        let sender = match message.sender {
            sender if sender.is_some() && sender == viewer => Some(words::search_own().to_owned()),
            _ => message.sender_name.clone().filter(|_| row.is_none_or(|row| row.people.len() != 1)),
        };
        let href = format!("/messages/{}?at={}", message.conversation, message.seq);
        let at = message.created_at;
        let names = row.map(Conversation::names).unwrap_or_default();
        let about = row.map(subject_text).unwrap_or_default();
        let face = match row.and_then(Conversation::avatar) {
            Some(person) => view! { <Avatar person size=40/> }.into_any(),
            None => view! { <TeamAvatar size=40/> }.into_any(),
        };
        view! {
            <li>
                <a class="row hit" href=href>
                    <span class="row__body">
                        <span class="row__line">
                            <span class="row__name cut" dir="auto">{names}</span>
                            <span class="row__time"><LocalTime at style=TimeStyle::List/></span>
                        </span>
                        <span class="row__subject cut" dir="auto">{about}</span>
                        <span class="hit__text" dir="auto">
                            {sender.map(|sender| view! { <span class="hit__sender">{words::search_said(&sender)}" "</span> }.into_any())}
                            <Excerpt message/>
                        </span>
                    </span>
                    <span class="hit__face" aria-hidden="true">{face}</span>
                </a>
            </li>
        }
        .into_any()
    });
    view! { <ol class="rows hits">{hits.collect_view()}</ol> }.into_any()
}

#[component]
fn Excerpt(message: FoundMessage) -> impl IntoView {
    let pieces = message.pieces().into_iter().map(|(piece, is_mark)| match is_mark {
        true => view! { <mark>{piece}</mark> }.into_any(),
        false => view! { <span>{piece}</span> }.into_any(),
    });
    pieces.collect_view()
}
