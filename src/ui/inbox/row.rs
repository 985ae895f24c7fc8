//! Inbox row: one conversation in the list.

use leptos::prelude::*;

use super::preview::Preview;
use crate::{
    browser::use_live,
    shared::{conversations::Conversation, ids::ConversationId, values::time::Timestamp, words},
    ui::components::{
        Avatar, Cover, Icon, LocalTime, PresenceSize, TeamAvatar, TimeStyle, UnreadBadge, UserPresence,
        fresh_view,
    },
};

#[component]
pub fn Row(
    id: ConversationId,
    active: Memo<Option<ConversationId>>,
    /// The row that Tab stops at.
    stop: Memo<Option<ConversationId>>,
) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    let is_active = Memo::new(move |_| active.get() == Some(id));
    let unread = Memo::new(move |_| {
        row.with(|row| row.as_ref().map_or(0, |row| row.unread.max(row.is_marked.into())))
    });
    let names = Memo::new(move |_| row.with(|row| row.as_ref().map(Conversation::names).unwrap_or_default()));
    let subject = Memo::new(move |_| row.with(|row| row.as_ref().map(subject_text).unwrap_or_default()));
    let at =
        Memo::new(move |_| row.with(|row| row.as_ref()?.last_message.as_ref().map(|last| last.created_at)));
    view! {
        <li>
            <a
                class="row"
                class:row--new=move || { unread.get() > 0 }
                href=format!("/messages/{id}")
                tabindex=move || (stop.get() != Some(id)).then_some("-1")
                aria-current=move || is_active.get().then_some("true")
            >
                <span class="row__body">
                    <span class="row__line">
                        <span class="row__name cut" dir="auto" title=move || names.get()>{move || names.get()}</span>
                        <RowTime at/>
                    </span>
                    {fresh_view(move || Some(view! { <span class="row__subject cut" dir="auto">{subject.get()}</span> }.into_any()))}
                    <span class="row__line">
                        <Preview id row is_active/>
                        {fresh_view(move || row.with(|row| row.as_ref().is_some_and(|row| row.is_muted)).then(|| view! {
                            <span class="row__muted">
                                <Icon name="belloff" class="icon--16"/>
                                <span class="visually-hidden">{words::inbox_row_muted()}</span>
                            </span>
                        }.into_any()))}
                        <UnreadBadge count=unread/>
                    </span>
                </span>
                // Read last, shown first.
                <RowPicture row/>
            </a>
            <button
                class="row__more"
                type="button"
                tabindex="-1"
                popovertarget="row-menu"
                aria-haspopup="menu"
                aria-label=move || words::menu_more_about(&names.get())
            >
                <Icon name="more"/>
            </button>
        </li>
    }
}

/// The subject of a conversation; for a room, its number of participants.
pub fn subject_text(row: &Conversation) -> String {
    match row.subject.room() {
        Some(room) => words::inbox_room_people(room.people.unsigned_abs()),
        None => match row.subject.order() {
            Some(order) => {
                let facts = order.days().unwrap_or_else(|| order.code.to_string());
                words::inbox_order_subject(&facts, &order.title)
            }
            None => row.subject.title().to_owned(),
        },
    }
}

#[component]
fn RowPicture(row: Memo<Option<Conversation>>) -> impl IntoView {
    let picture = Memo::new(move |_| {
        row.with(|row| {
            let row = row.as_ref()?;
            Some((
                row.subject.listing().map(|listing| listing.id),
                row.avatar(),
                row.peer().map(|other| other.person.id),
            ))
        })
    });
    view! {
        <span class="row__face">
            {move || picture.get().map(|(listing, person, peer)| {
                let size = if listing.is_some() { 32 } else { 56 };
                let has_picture = listing.is_some() || person.is_some();
                view! {
                    {(!has_picture).then(|| view! { <TeamAvatar/> }.into_any())}
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
            {move || at.get().map(|at| view! { <LocalTime at style=TimeStyle::List/> }.into_any())}
        </span>
    }
}
