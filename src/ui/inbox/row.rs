//! One conversation in the list.

use leptos::prelude::*;

use crate::shared::messages::preview::LastMessage;
use crate::{
    browser::{Live, sending::outbox::DeliveryState, use_live},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, UserId},
        messages::MessageKind,
        system_messages::SystemMessage,
        values::time::Timestamp,
    },
    ui::components::{Avatar, Cover, Moment, MomentStyle, PresenceSize, UnreadBadge, UserPresence},
};

#[component]
pub fn Row(id: ConversationId, active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    let is_active = Memo::new(move |_| active.get() == Some(id));
    let unread = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.unread)));
    let names = Memo::new(move |_| row.with(|row| row.as_ref().map(Conversation::names).unwrap_or_default()));
    let subject = Memo::new(move |_| row.with(|row| row.as_ref().map(about).unwrap_or_default()));
    let at =
        Memo::new(move |_| row.with(|row| row.as_ref()?.last_message.as_ref().map(|last| last.created_at)));
    view! {
        <li>
            <a
                class="row"
                class:row--new=move || { unread.get() > 0 }
                href=format!("/messages/{id}")
                aria-current=move || is_active.get().then_some("true")
            >
                <Face row/>
                <span class="row__body">
                    <span class="row__line">
                        <span class="row__name cut" dir="auto" title=move || names.get()>{move || names.get()}</span>
                        <RowTime at/>
                    </span>
                    <span class="row__subject cut" dir="auto">{move || subject.get()}</span>
                    <span class="row__line">
                        <Preview id row is_active/>
                        <UnreadBadge count=unread/>
                    </span>
                </span>
            </a>
        </li>
    }
}

/// The thing that it is about; of a room how many are in it.
fn about(row: &Conversation) -> String {
    match row.subject.room() {
        Some(room) if room.people == 1 => "Room · 1 person".to_owned(),
        Some(room) => format!("Room · {} people", room.people),
        None => match row.subject.order() {
            Some(order) => {
                format!("{} · {}", order.title, order.days().unwrap_or_else(|| order.code.to_string()))
            }
            None => row.subject.title().to_owned(),
        },
    }
}

#[component]
fn Face(row: Memo<Option<Conversation>>) -> impl IntoView {
    let face = Memo::new(move |_| {
        row.with(|row| {
            let row = row.as_ref()?;
            Some((
                row.subject.listing().map(|listing| listing.id),
                row.face(),
                row.peer().map(|other| other.person.id),
            ))
        })
    });
    view! {
        <span class="row__face">
            {move || face.get().map(|(listing, person, peer)| {
                let size = if listing.is_some() { 32 } else { 56 };
                view! {
                    {listing.map(|listing| view! { <Cover listing/> }.into_any())}
                    {person.map(|person| view! {
                        <span class="face">
                            <Avatar person size/>
                            {peer.map(|user_id| view! { <UserPresence user_id size=PresenceSize::Small/> }.into_any())}
                        </span>
                    }.into_any())}
                }
            })}
        </span>
    }
}

#[component]
fn RowTime(at: Memo<Option<Timestamp>>) -> impl IntoView {
    view! {
        <span class="row__time">
            {move || at.get().map(|at| view! { <Moment at style=MomentStyle::List/> }.into_any())}
        </span>
    }
}

/// What stands in the last line: the most pressing thing first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Typing,
    NotSent(String),
    Waiting(String),
    Draft(String),
    Last(String),
    Nothing,
}

impl Line {
    fn of(live: Live, row: &Conversation, is_active: bool, is_typing: bool) -> Self {
        if is_typing {
            return Self::Typing;
        }
        if let Some(item) = live.outbox.unsent(row.id) {
            return match item.state {
                DeliveryState::Failed { .. } => Self::NotSent(item.body),
                _ => Self::Waiting(item.body),
            };
        }
        // The draft of the open conversation is in its field already.
        match live.drafts.get(row.id).filter(|_| !is_active) {
            Some(draft) => Self::Draft(draft),
            None => match &row.last_message {
                Some(last) => Self::Last(said(row, last, live.viewer)),
                None if row.last_seq > 0 => Self::Last("Older messages are deleted".to_owned()),
                None => Self::Nothing,
            },
        }
    }
}

fn said(row: &Conversation, last: &LastMessage, viewer: Option<UserId>) -> String {
    if last.kind == MessageKind::System {
        return SystemMessage::read(&last.text).tell(row.actor(last.sender, viewer), viewer).sentence;
    }
    if last.is_deleted {
        return "Message deleted".to_owned();
    }
    if row.subject.room().is_some()
        && let Some(name) =
            last.sender.and_then(|sender| row.participant(sender)).map(|other| other.person.first_name())
    {
        return format!("{name}: {}", last.text);
    }
    let is_others = last.sender.is_none_or(|sender| row.participant(sender).is_some());
    if is_others { last.text.clone() } else { format!("You: {}", last.text) }
}

/// The last line of a row, or what is more pressing.
#[component]
pub fn Preview(id: ConversationId, row: Memo<Option<Conversation>>, is_active: Memo<bool>) -> impl IntoView {
    let live = use_live();
    let typing = live.typing(id);
    let line = Memo::new(move |_| {
        let is_typing = typing.with(|typing| !typing.is_empty());
        row.with(|row| {
            row.as_ref().map_or(Line::Nothing, |row| Line::of(live, row, is_active.get(), is_typing))
        })
    });
    view! {
        <span class="row__preview cut" dir="auto" class:row__preview--failed=move || matches!(line.get(), Line::NotSent(_))>
            {move || match line.get() {
                Line::Typing => view! { <span class="row__typing">"typing…"</span> }.into_any(),
                Line::NotSent(text) => view! { "Not sent: “" {text} "”" }.into_any(),
                Line::Waiting(text) => view! { <b>"Waiting: "</b> {text} }.into_any(),
                Line::Draft(text) => view! { <b>"Draft: "</b> {text} }.into_any(),
                Line::Last(text) => text.into_any(),
                Line::Nothing => "No messages yet".into_any(),
            }}
        </span>
    }
}
