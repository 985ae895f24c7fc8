//! Who a conversation is with.

use leptos::{html, prelude::*};

use crate::{
    browser::environment,
    shared::{
        conversations::Conversation,
        ids::{ConversationId, UserId},
        users::Person,
    },
    ui::components::{Avatar, PresenceSize, UserPresence},
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
    let face = Memo::new(move |_| row.with(|row| row.as_ref().map(Face::of)));
    let title = NodeRef::<html::H2>::new();
    // On a touch device the text field would bring up the keyboard over what one came to read.
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
            {move || match face.get() {
                Some(face) => view! {
                    {face.person.map(|person| view! {
                        <span class="face" aria-hidden="true">
                            <Avatar person size=44/>
                            {face.peer.map(|user_id| view! { <UserPresence user_id size=PresenceSize::Large/> }.into_any())}
                        </span>
                    }.into_any())}
                    <div class="chat__who">
                        <h2 id=heading class="cut" tabindex="-1" dir="auto" title=face.names.clone() node_ref=title>
                            {face.names.clone()}
                        </h2>
                        <p class="cut chat__about">
                            {match face.room {
                                Some((id, people)) => view! {
                                    <a href=format!("/rooms/{id}")>{if people == 1 { "1 person".to_owned() } else { format!("{people} people") }}</a>
                                }.into_any(),
                                None => view! { <span>{face.about}</span> }.into_any(),
                            }}
                            {face.peer.map(|user_id| view! { <UserPresence user_id show_last_seen=true/> })}
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

/// What the header shows of a conversation; most news change none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Face {
    person: Option<Person>,
    /// The one other, of whose presence there is a line.
    peer: Option<UserId>,
    names: String,
    /// A room's page, and how many are in it.
    room: Option<(ConversationId, i64)>,
    about: &'static str,
}

impl Face {
    fn of(conversation: &Conversation) -> Self {
        use crate::shared::conversations::role::Role;
        let about = match conversation.peer().map(|peer| peer.role) {
            Some(Role::Host) => "Host",
            Some(Role::Guest) => "Guest",
            Some(Role::Operator) => "Our team",
            _ => "",
        };
        Self {
            person: conversation.face(),
            room: conversation.subject.room().map(|room| (conversation.id, room.people)),
            peer: conversation.peer().map(|peer| peer.person.id),
            names: conversation.names(),
            about,
        }
    }
}
