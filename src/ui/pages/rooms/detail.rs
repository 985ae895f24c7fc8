//! One room: who is in it, letting others in, its name and its link, and the way out.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_meta::Title;

use super::form::{PeopleField, chosen};
use crate::shared::conversations::role::Role;
use crate::ui::components::{guard::SignedIn, not_found::Failed};
use crate::{
    api::{
        conversations::get_conversation,
        rooms::{
            get_contacts, get_room_people, invite_to_room, join_room, remove_from_room, rename_room,
            set_room_link, set_room_role,
        },
    },
    browser::{environment, use_live},
    shared::{
        conversations::{
            Conversation,
            rooms::{ROOM_NAME_MAX_CHARS, RoomPerson},
        },
        errors::ApiError,
        ids::{ConversationId, MessageId, UserId},
        page::payload::{PagePayload, RoomPayload},
        users::Person,
    },
    ui::components::{
        Attempt, Avatar, CommandForm, Fetched, Icon, Skeleton, SubmitButton, TextField, fetched,
        forms::{field::FormErrorLine, form::Sending},
        use_toasts,
    },
};

#[component]
pub fn RoomPage(id: Option<ConversationId>) -> impl IntoView {
    let found = fetched(Signal::stored(String::new()), move || {
        Box::pin(async move { PagePayload::Room(find(id).await.map(Box::new)) })
    });
    let changed = Callback::new(move |()| found.refetch());
    view! {
        <SignedIn>
            <main class="page form-page" id="main" tabindex="-1">
                <Fetched
                    from=found
                    fallback=|| view! { <Skeleton count=4/> }
                    show=Box::new(move |found| match found.room() {
                            Ok(room) => view! { <Room found=*room changed/> }.into_any(),
                            Err(error) => view! {
                                <Title text="Room"/>
                                <h1 class="visually-hidden">"Room"</h1>
                                <Failed error/>
                            }
                            .into_any(),
                    })
                />
            </main>
        </SignedIn>
    }
    .into_any()
}

async fn find(id: Option<ConversationId>) -> Result<RoomPayload, ApiError> {
    let id = id.ok_or_else(|| ApiError::not_found("conversation"))?;
    let people = get_room_people(id).await?;
    let room = get_conversation(id).await?;
    let contacts = get_contacts(String::new()).await?;
    Ok(RoomPayload { room, people, contacts })
}

#[component]
fn Room(found: RoomPayload, changed: Callback<()>) -> impl IntoView {
    let RoomPayload { room, people, contacts } = found;
    let id = room.id;
    let is_moderator = room.role == Role::Moderator;
    let name = room.subject.title().to_owned();
    let is_in = |person: &Person| people.people.iter().any(|other| other.person.id == person.id);
    let others: Vec<_> = contacts.into_iter().filter(|person| !is_in(person)).collect();
    let count = people.people.len();
    view! {
        <Title text=name.clone()/>
        <header class="page__head">
            <h1 dir="auto">{name.clone()}</h1>
            <a class="button" href=format!("/messages/{id}")><Icon name="chat"/>"Open messages"</a>
        </header>
        <section class="card form" aria-labelledby="people-title">
            <h2 id="people-title">{if count == 1 { "1 person".to_owned() } else { format!("{count} people") }}</h2>
            <ul class="people">
                {people.people.into_iter().map(|other| {
                    view! { <PersonLine id other is_moderator changed/> }.into_any()
                }).collect_view()}
            </ul>
        </section>
        {(!others.is_empty()).then(|| view! { <Invite id others changed/> }.into_any())}
        {is_moderator.then(|| view! {
            <Rename id name changed/>
            <Link id link=people.link.clone() changed/>
        }.into_any())}
        <Leave room/>
    }
}

#[component]
fn PersonLine(
    id: ConversationId,
    other: RoomPerson,
    is_moderator: bool,
    changed: Callback<()>,
) -> impl IntoView {
    let viewer = use_live().viewer;
    let RoomPerson { person, role } = other;
    let user = person.id;
    let is_me = Some(user) == viewer;
    let acts = (is_moderator && !is_me).then(|| {
        let (to, verb) = match role {
            Role::Moderator => (Role::Member, "Make member"),
            _ => (Role::Moderator, "Make moderator"),
        };
        view! {
            <Act
                path="/rpc/set_room_role"
                id
                user
                extra=Some(("role", to.as_str()))
                verb
                question=None
                send=Box::new(move |message| Box::pin(async move {
                    set_room_role(id, message, user, to).await.map(|()| String::new())
                }))
                changed
            />
            <Act
                path="/rpc/remove_from_room"
                id
                user
                extra=None
                verb="Remove"
                question=Some("Remove this person? Nothing more of the room reaches them.")
                send=Box::new(move |message| Box::pin(async move {
                    remove_from_room(id, message, user).await.map(|()| String::new())
                }))
                changed
            />
        }
        .into_any()
    });
    view! {
        <li class="people__one">
            <Avatar person=person.clone() size=40/>
            <span class="people__name">
                <bdi class="cut">{person.name.clone()}</bdi>
                <span>{if is_me { "You" } else { "" }}{if role == Role::Moderator { " Moderator" } else { "" }}</span>
            </span>
            <span class="steps">{acts}</span>
        </li>
    }
}

/// One thing that can be done about somebody in a room.
#[component]
fn Act(
    path: &'static str,
    id: ConversationId,
    user: UserId,
    extra: Option<(&'static str, &'static str)>,
    verb: &'static str,
    question: Option<&'static str>,
    send: Box<dyn Fn(MessageId) -> Sending>,
    changed: Callback<()>,
) -> impl IntoView {
    let attempt = Attempt::at(path);
    let message = MessageId::new();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        if let Err(error) = answer {
            toasts.error(error.message);
        }
        changed.run(());
    });
    let ask = move |event: SubmitEvent| {
        let is_sure = question.is_none_or(|question| window().confirm_with_message(question).unwrap_or(true));
        if !is_sure {
            event.prevent_default();
        }
    };
    view! {
        <CommandForm
            attempt
            on:submit:capture=ask
            send=Box::new(move |fields| send(fields.text("message_id").parse().unwrap_or(message)))
        >
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <input type="hidden" name="user_id" value=user.to_string()/>
            {extra.map(|(name, value)| view! { <input type="hidden" name=name value=value/> })}
            <SubmitButton pending=attempt.is_pending class="button--small">{verb}</SubmitButton>
        </CommandForm>
    }
}

#[component]
fn Invite(id: ConversationId, others: Vec<Person>, changed: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/invite_to_room");
    let message = MessageId::new();
    let error = attempt.error();
    let count = others.len();
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            changed.run(());
        }
    });
    view! {
        <CommandForm
            attempt
            class="card form"
            send=Box::new(move |fields| {
                let (message, people) = (fields.text("message_id").parse().unwrap_or(message), chosen(&fields, count));
                Box::pin(async move { invite_to_room(id, message, people).await.map(|_| String::new()) })
            })
        >
            <h2>"Invite"</h2>
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <PeopleField people=others error/>
            <FormErrorLine error fields=&["people"]/>
            <SubmitButton pending=attempt.is_pending>"Invite"</SubmitButton>
        </CommandForm>
    }
}

#[component]
fn Rename(id: ConversationId, name: String, changed: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/rename_room");
    let message = MessageId::new();
    let error = attempt.error();
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            changed.run(());
        }
    });
    view! {
        <CommandForm
            attempt
            class="card form"
            send=Box::new(move |fields| {
                let (message, name) = (fields.text("message_id").parse().unwrap_or(message), fields.text("name"));
                Box::pin(async move { rename_room(id, message, name).await.map(|_| String::new()) })
            })
        >
            <h2>"Name"</h2>
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <TextField name="name" label="Name of the room" value=name error max=ROOM_NAME_MAX_CHARS/>
            <SubmitButton pending=attempt.is_pending class="">"Rename"</SubmitButton>
        </CommandForm>
    }
}

/// The way in for whoever has it (E1).
#[component]
fn Link(id: ConversationId, link: Option<String>, changed: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/set_room_link");
    let toasts = use_toasts();
    let is_open = link.is_some();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => changed.run(()),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! {
        <CommandForm
            attempt
            class="card form"
            send=Box::new(move |_| Box::pin(async move {
                set_room_link(id, !is_open).await.map(|_| String::new())
            }))
        >
            <h2>"Join by link"</h2>
            <p class="muted">{if is_open {
                "Anybody who has this link can join."
            } else {
                "Nobody can join by a link now."
            }}</p>
            {link.map(|link| view! {
                <p class="people__link"><a href=format!("/rooms/join/{link}")>{format!("/rooms/join/{link}")}</a></p>
            }.into_any())}
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="is_open" value=(!is_open).to_string()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if is_open { "Close the link" } else { "Make a link" }}
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn Leave(room: Conversation) -> impl IntoView {
    let live = use_live();
    let Some(viewer) = live.viewer else { return ().into_any() };
    let id = room.id;
    let gone = Callback::new(move |()| environment::load("/messages"));
    view! {
        <section class="card form">
            <h2>"Leave"</h2>
            <p class="muted">"You get nothing more of this room. Somebody in it can invite you again."</p>
            <Act
                path="/rpc/remove_from_room"
                id
                user=viewer
                extra=None
                verb="Leave room"
                question=Some("Leave this room?")
                send=Box::new(move |message| Box::pin(async move {
                    remove_from_room(id, message, viewer).await.map(|()| String::new())
                }))
                changed=gone
            />
        </section>
    }
    .into_any()
}

/// Where a room's link leads.
#[component]
pub fn JoinRoomPage(link: String) -> impl IntoView {
    let attempt = Attempt::at("/rpc/join_room");
    let message = MessageId::new();
    let error = attempt.error();
    let sent = link.clone();
    Effect::new(move |_| {
        if let Some(Ok(room)) = attempt.answer.get() {
            environment::load(&format!("/messages/{room}"));
        }
    });
    view! {
        <Title text="Join a room"/>
        <main class="page form-page" id="main" tabindex="-1">
            <h1>"Join a room"</h1>
            <CommandForm
                attempt
                class="card form"
                send=Box::new(move |fields| {
                    let (link, message) = (sent.clone(), fields.text("message_id").parse().unwrap_or(message));
                    Box::pin(async move { join_room(link, message).await.map(|room| room.id.to_string()) })
                })
            >
                <p>"Somebody gave you a link into a room. Who is in it will see that you joined."</p>
                <input type="hidden" name="link" value=link/>
                <input type="hidden" name="message_id" value=message.to_string()/>
                <FormErrorLine error fields=&[]/>
                <SubmitButton pending=attempt.is_pending>"Join"</SubmitButton>
            </CommandForm>
        </main>
    }
    .into_any()
}
