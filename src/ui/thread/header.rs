//! Thread header: the participants of a conversation, their presence, and the heading.

use leptos::{html, prelude::*};

use super::{
    details::{contact::ShownPerson, safety::SafetyMenu},
    level::LevelMenu,
};
use crate::{
    browser::{environment, use_live},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, UserId},
        users::Person,
        words,
    },
    ui::components::{Avatar, Icon, PresenceSize, TeamAvatar, UserPresence, reactive_view},
};

/// Faces that stand for a room.
const FACES_MAX: usize = 3;

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
    let muted =
        Memo::new(move |_| content.with(|content| content.as_ref().map(|one| (one.id, one.room.is_some()))));
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
                    <Faces people=content.people.clone() peer=content.seen()/>
                    <div class="chat__who">
                        <h2 id=heading class="cut" tabindex="-1" dir="auto" title=content.names.clone() node_ref=title>
                            <Names names=content.names.clone() person=content.peer.and(content.people.first().cloned())/>
                        </h2>
                        <p class="cut chat__about">
                            <span dir="auto">{content.role.clone()}</span>
                            {content.seen().map(|user_id| view! { <UserPresence user_id show_last_seen=true/> })}
                        </p>
                    </div>
                    <a
                        class="button button--icon button--ghost"
                        href=format!("/search?in={}", content.id)
                        aria-label=words::thread_search()
                        title=words::thread_search()
                    >
                        <Icon name="search"/>
                    </a>
                    {content.room.map(|(id, people)| view! {
                        <a class="button button--small chat__people" href=format!("/rooms/{id}")>
                            <Icon name="users" class="icon--16"/>
                            {people_count(people)}
                        </a>
                    }.into_any())}
                }
                .into_any(),
                None => view! {
                    <h2 id=heading class="visually-hidden" tabindex="-1" node_ref=title>{words::thread_title()}</h2>
                    <span class="skeleton chat__who" aria-hidden="true">
                        {is_open.get().then(|| view! { <span class="skeleton__line"></span> }.into_any())}
                    </span>
                }
                .into_any(),
            }}
            {reactive_view(move || muted.get().map(|(conversation, is_room)| {
                view! { <LevelMenu conversation is_room/> }.into_any()
            }))}
            <SafetyMenu row/>
            {after.run()}
        </header>
    }
}

/// The number of participants. The style sheet hides the words beside it where there is no room.
fn people_count(people: i64) -> impl IntoView {
    let around = words::around(&words::thread_room_people(people.unsigned_abs(), words::HOLE));
    let [before, after] = around.map(|part| (!part.is_empty()).then(|| view! { <span>{part}</span> }));
    (before, people.to_string(), after)
}

/// The faces of the participants: of the only one with their presence.
#[component]
fn Faces(people: Vec<Person>, peer: Option<UserId>) -> impl IntoView {
    match (people.as_slice(), peer) {
        ([], _) => view! { <TeamAvatar size=44/> }.into_any(),
        ([person], Some(user_id)) => view! {
            <span class="face" aria-hidden="true">
                <Avatar person=person.clone() size=44/>
                <UserPresence user_id size=PresenceSize::Large/>
            </span>
        }
        .into_any(),
        (people, _) => {
            let size = if people.len() == 1 { 44 } else { 32 };
            let faces = people.iter().cloned().map(|person| view! { <Avatar person size/> }.into_any());
            view! { <span class="faces" aria-hidden="true">{faces.collect_view()}</span> }.into_any()
        }
    }
}

/// The names of the participants. That of the only one shows the person.
#[component]
fn Names(names: String, person: Option<Person>) -> impl IntoView {
    let live = use_live();
    let ShownPerson(shown) = expect_context();
    reactive_view(move || {
        let names = names.clone();
        // Before hydration a button would do nothing.
        let person = person.clone().filter(|_| live.is_hydrated.get());
        Some(match person {
            Some(person) => view! {
                <button class="chat__person" type="button" on:click=move |_| shown.set(Some(person.clone()))>{names}</button>
            }
            .into_any(),
            None => view! { <span>{names}</span> }.into_any(),
        })
    })
}

/// The part of a conversation that the header shows. Most updates do not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HeaderContent {
    /// Whose faces stand for the conversation.
    people: Vec<Person>,
    /// The only other participant, whose presence is shown.
    peer: Option<UserId>,
    /// A block stands between the two, and neither sees the other's presence.
    is_blocked: bool,
    names: String,
    /// The id of a room, for the link to its page, and its number of participants.
    room: Option<(ConversationId, i64)>,
    id: ConversationId,
    /// The role of the only other participant, or the first names of those in a room.
    role: String,
}

impl HeaderContent {
    /// Whose presence is shown.
    fn seen(&self) -> Option<UserId> {
        self.peer.filter(|_| !self.is_blocked)
    }

    fn of(conversation: &Conversation) -> Self {
        use crate::shared::conversations::role::Role;
        let peer = conversation.peer();
        let role = match peer.map(|peer| peer.role) {
            Some(Role::Host) if peer.is_some_and(|peer| peer.person.is_staff) => {
                words::thread_role_host_team()
            }
            Some(Role::Host) => words::common_host(),
            Some(Role::Guest) if peer.is_none_or(|peer| !peer.person.is_staff) => words::common_guest(),
            Some(Role::Operator) => words::thread_role_team(),
            Some(_) if peer.is_some_and(|peer| peer.person.is_staff) => words::thread_role_team(),
            _ => "",
        };
        let others = || conversation.people.iter().map(|other| &other.person);
        let role = match conversation.subject.room() {
            Some(_) => others().map(Person::first_name).collect::<Vec<_>>().join(", "),
            None => role.to_owned(),
        };
        Self {
            id: conversation.id,
            people: others().take(FACES_MAX).cloned().collect(),
            room: conversation.subject.room().map(|room| (conversation.id, room.people)),
            peer: conversation.peer().map(|peer| peer.person.id),
            is_blocked: conversation.closed != 0,
            names: conversation.names(),
            role,
        }
    }
}
