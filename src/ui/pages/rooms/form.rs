//! New-room page: name, participants, and how much of the history later participants see.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::rooms::{create_room, get_contacts},
    browser::environment,
    shared::{
        conversations::rooms::{History, ROOM_NAME_MAX_CHARS},
        ids::{ConversationId, UserId},
        page::{
            payload::PagePayload,
            session::{PageSession, writing_path},
        },
        users::Person,
        words,
    },
    ui::components::{
        Attempt, Avatar, CommandForm, EmptyState, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
            form::Fields,
        },
        guard::SignedIn,
        not_found::LoadError,
        page_resource,
    },
};

#[component]
pub fn NewRoomPage() -> impl IntoView {
    let can_make_rooms = expect_context::<PageSession>().can_make_rooms;
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = SharedValue::new(ConversationId::new).into_inner();
    let payload = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_contacts(String::new()).await) })
    });
    view! {
        <SignedIn>
            <Title text=words::rooms_new_title()/>
            <main class="page form-page" id="main" tabindex="-1">
                <h1>{words::rooms_new_title()}</h1>
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=3/> }
                    show=Box::new(move |payload| match payload.take::<Vec<Person>>() {
                            Ok(_) if !can_make_rooms => view! {
                                <EmptyState
                                    title=words::rooms_new_forbidden_title()
                                    text=words::rooms_new_forbidden_text()
                                />
                            }
                            .into_any(),
                            Ok(people) if people.is_empty() => view! {
                                <EmptyState
                                    title=words::rooms_new_nobody_title()
                                    text=words::rooms_new_nobody_text()
                                >
                                    <a class="button button--main" href="/">{words::common_explore_listings()}</a>
                                </EmptyState>
                            }
                            .into_any(),
                            Ok(people) => view! { <RoomForm id people/> }.into_any(),
                            Err(error) => view! {
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

#[component]
fn RoomForm(id: ConversationId, people: Vec<Person>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/create_room");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    Effect::new(move |_| {
        if let Some(Ok(room)) = attempt.answer.get() {
            environment::load(&writing_path(&room));
        }
    });
    let count = people.len();
    view! {
        <CommandForm
            attempt
            node_ref=form
            class="card form"
            send=Box::new(move |fields| {
                let history = History::parse(&fields.text("history")).unwrap_or_default();
                let (name, people) = (fields.text("name"), chosen_users(&fields, count));
                let id = fields.text("conversation_id").parse().unwrap_or(id);
                Box::pin(async move { create_room(id, name, history, people).await.map(|room| room.id.to_string()) })
            })
        >
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <TextField
                name="name"
                label=words::rooms_new_name()
                error
                max=ROOM_NAME_MAX_CHARS
                hint=words::rooms_new_name_hint()
            />
            <PeopleField people error/>
            <fieldset class="room__choices">
                <legend>{words::rooms_new_history()}</legend>
                <label>
                    <input type="radio" name="history" value="start" checked/>
                    " "
                    {words::rooms_new_history_start()}
                </label>
                <label>
                    <input type="radio" name="history" value="joining"/>
                    " "
                    {words::rooms_new_history_joining()}
                </label>
            </fieldset>
            <FormErrorLine error fields=&["name", "people"]/>
            <div class="form__acts">
                <SubmitButton pending=attempt.is_pending>{words::rooms_new_submit()}</SubmitButton>
                <a class="button" href="/messages">{words::common_cancel()}</a>
            </div>
        </CommandForm>
    }
}

/// Field to choose users, with a checkbox for each.
#[component]
pub fn PeopleField(people: Vec<Person>, error: FormError) -> impl IntoView {
    let message = message_for(error, "people");
    let boxes = people.into_iter().enumerate().map(|(index, person)| {
        view! {
            <label class="picks__one">
                <input type="checkbox" name=field(index) value=person.id.to_string()/>
                <Avatar person=person.clone() size=32/>
                <bdi class="cut">{person.name.clone()}</bdi>
            </label>
        }
        .into_any()
    });
    view! {
        <fieldset class="picks" aria-describedby=move || message.get().map(|_| "people-error")>
            <legend>{words::rooms_people()}</legend>
            <div class="picks__list" tabindex="0">{boxes.collect_view()}</div>
            <FieldNotes field="people" message/>
        </fieldset>
    }
}

/// The users whose checkboxes are checked. `count` is the number of checkboxes.
pub fn chosen_users(fields: &Fields, count: usize) -> Vec<UserId> {
    (0..count).filter_map(|index| fields.optional(&field(index))?.parse().ok()).collect()
}

fn field(index: usize) -> String {
    format!("people[{index}]")
}
