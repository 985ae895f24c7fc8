//! Thread header: the participants of a conversation, their presence, and the heading.

use leptos::{html, prelude::*};

use crate::{
    browser::environment,
    shared::{
        conversations::Conversation,
        ids::{ConversationId, UserId},
        users::Person,
    },
    ui::components::{Avatar, PresenceSize, TeamAvatar, UserPresence},
};

#[component]
pub fn ThreadHeader(
    row: Memo<Option<Conversation>>,
    is_open: Memo<bool>,
    heading: &'static str,
    before: ViewFn,
    after: ViewFn,
    takes_focus: bool,
) -> impl IntoView {
    let content = Memo::new(move |_| row.with(|row| row.as_ref().map(HeaderContent::of)));
    let title = NodeRef::<html::H2>::new();
    // On a touch device the focus goes here instead of to the composer, whose keyboard would cover the
    // messages.
    Effect::new(move |_| {
        if takes_focus
            && environment::is_touch()
            && let Some(title) = title.get()
        {
            environment::focus_soon(title.into());
        }
    });
    view! {
        <header class="chat__head">
            {before.run()}
            {move || match content.get() {
                Some(content) => view! {
                    {content.person.is_none().then(|| view! { <TeamAvatar size=44/> }.into_any())}
                    {content.person.map(|person| view! {
                        <span class="face" aria-hidden="true">
                            <Avatar person size=44/>
                            {content.peer.map(|user_id| view! { <UserPresence user_id size=PresenceSize::Large/> }.into_any())}
                        </span>
                    }.into_any())}
                    <div class="chat__who">
                        <h2 id=heading class="cut" tabindex="-1" dir="auto" title=content.names.clone() node_ref=title>
                            {content.names.clone()}
                        </h2>
                        <p class="cut chat__about">
                            {match content.room {
                                Some((id, people)) => view! {
                                    <a href=format!("/rooms/{id}")>{if people == 1 { "1 person".to_owned() } else { format!("{people} people") }}</a>
                                }.into_any(),
                                None => view! { <span>{content.role}</span> }.into_any(),
                            }}
                            {content.peer.map(|user_id| view! { <UserPresence user_id show_last_seen=true/> })}
                        </p>
                    </div>
                }
                .into_any(),
                None => view! {
                    <h2 id=heading class="visually-hidden" tabindex="-1" node_ref=title>"Conversation"</h2>
                    <span class="skeleton chat__who" aria-hidden="true">
                        {is_open.get().then(|| view! { <span class="skeleton__line"></span> }.into_any())}
                    </span>
                }
                .into_any(),
            }}
            {after.run()}
        </header>
    }
}

/// The part of a conversation that the header shows. Most updates do not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HeaderContent {
    person: Option<Person>,
    /// The only other participant, whose presence is shown.
    peer: Option<UserId>,
    names: String,
    /// The id of a room, for the link to its page, and its number of participants.
    room: Option<(ConversationId, i64)>,
    role: &'static str,
}

impl HeaderContent {
    fn of(conversation: &Conversation) -> Self {
        use crate::shared::conversations::role::Role;
        let peer = conversation.peer();
        let role = match peer.map(|peer| peer.role) {
            Some(Role::Host) if peer.is_some_and(|peer| peer.person.is_staff) => "Host, our team",
            Some(Role::Host) => "Host",
            Some(Role::Guest) if peer.is_none_or(|peer| !peer.person.is_staff) => "Guest",
            Some(Role::Operator) => "Our team",
            Some(_) if peer.is_some_and(|peer| peer.person.is_staff) => "Our team",
            _ => "",
        };
        Self {
            person: conversation.avatar(),
            room: conversation.subject.room().map(|room| (conversation.id, room.people)),
            peer: conversation.peer().map(|peer| peer.person.id),
            names: conversation.names(),
            role,
        }
    }
}
