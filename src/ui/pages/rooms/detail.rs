//! Room page: the participants, inviting others, name and link for moderators, and leaving.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    invited::InvitedPeople,
    manage::{InviteForm, JoinLinkForm, RenameForm},
    participants::{ParticipantAction, ParticipantRow},
};
use crate::{
    api::{
        conversations::get_conversation,
        rooms::{get_contacts, get_room_people, remove_from_room},
    },
    browser::{environment, use_live},
    shared::{
        conversations::{Conversation, role::Role},
        errors::{ApiError, Missing},
        ids::ConversationId,
        page::payload::{PagePayload, RoomPayload},
        users::Person,
        words,
    },
    ui::components::{
        Icon, ResourceView, Skeleton, forms::confirm::Question, guard::SignedIn, not_found::LoadError,
        page_resource,
    },
};

#[component]
pub fn RoomPage(id: Option<ConversationId>) -> impl IntoView {
    let payload = page_resource(Signal::stored(String::new()), move || {
        Box::pin(async move { PagePayload::new(load_room(id).await) })
    });
    let on_change = Callback::new(move |()| payload.refetch());
    view! {
        <SignedIn>
            <main class="page form-page" id="main" tabindex="-1">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=4/> }
                    show=Box::new(move |payload| match payload.take::<RoomPayload>() {
                            Ok(room) => view! { <RoomDetails payload=room on_change/> }.into_any(),
                            Err(error) => view! {
                                <Title text=words::rooms_room_title()/>
                                <h1 class="visually-hidden">{words::rooms_room_title()}</h1>
                                <LoadError error way_out=("/messages", words::common_open_messages())/>
                            }
                            .into_any(),
                    })
                />
            </main>
        </SignedIn>
    }
    .into_any()
}

async fn load_room(id: Option<ConversationId>) -> Result<RoomPayload, ApiError> {
    let id = id.ok_or_else(|| ApiError::not_found(Missing::Conversation))?;
    let people = get_room_people(id).await?;
    let room = get_conversation(id).await?;
    let contacts = get_contacts(String::new()).await?;
    Ok(RoomPayload { room, people, contacts })
}

#[component]
fn RoomDetails(payload: RoomPayload, on_change: Callback<()>) -> impl IntoView {
    let RoomPayload { room, people, contacts } = payload;
    let id = room.id;
    let is_moderator = room.role == Role::Moderator;
    let name = room.subject.title().to_owned();
    let is_known = |person: &Person| {
        people.people.iter().any(|other| other.person.id == person.id)
            || people.invited.iter().any(|other| other.person.id == person.id)
    };
    let others: Vec<_> = contacts.into_iter().filter(|person| !is_known(person)).collect();
    let invited = people.invited;
    let count = people.people.len();
    view! {
        <Title text=name.clone()/>
        <header class="page__head">
            <h1 dir="auto">{name.clone()}</h1>
            <a class="button" href=format!("/messages/{id}")>
                <Icon name="chat"/>
                {words::rooms_room_messages()}
            </a>
        </header>
        <section class="card form" aria-labelledby="people-title">
            <h2 id="people-title">{words::common_people_count(count as u64)}</h2>
            <ul class="people">
                {people.people.into_iter().map(|other| {
                    view! { <ParticipantRow id other is_moderator on_change/> }.into_any()
                }).collect_view()}
            </ul>
        </section>
        {(!invited.is_empty()).then(|| view! { <InvitedPeople id invited on_change/> }.into_any())}
        {(!others.is_empty()).then(|| view! { <InviteForm id others on_change/> }.into_any())}
        {is_moderator.then(|| view! {
            <RenameForm id name on_change/>
            <JoinLinkForm id link=people.link.clone() on_change/>
        }.into_any())}
        <LeaveSection room/>
    }
}

#[component]
fn LeaveSection(room: Conversation) -> impl IntoView {
    let live = use_live();
    let Some(viewer) = live.viewer else { return ().into_any() };
    let id = room.id;
    let on_left = Callback::new(move |()| environment::load("/messages"));
    view! {
        <section class="card form">
            <h2>{words::rooms_leave_title()}</h2>
            <p class="muted">{words::rooms_leave_text()}</p>
            <ParticipantAction
                path="/rpc/remove_from_room"
                id
                user=viewer
                extra=None
                verb=words::rooms_leave_submit()
                question=Some(Question {
                    title: words::rooms_leave_question().to_owned(),
                    text: words::rooms_leave_question_text().to_owned(),
                    verb: words::rooms_leave_submit(),
                    keep: words::rooms_leave_stay(),
                    remark: None,
                    is_danger: true,
                })
                send=Box::new(move |message| Box::pin(async move {
                    remove_from_room(id, message, viewer).await.map(|()| String::new())
                }))
                on_change=on_left
            />
        </section>
    }
    .into_any()
}
