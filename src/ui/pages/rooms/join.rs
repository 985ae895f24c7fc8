//! Join page: where the link of a room leads.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::rooms::{get_invitation, join_room},
    browser::environment,
    shared::{conversations::rooms::Invitation, ids::MessageId, page::payload::PagePayload, words},
    ui::components::{
        Attempt, Avatar, CommandForm, ResourceView, Skeleton, SubmitButton, forms::field::FormErrorLine,
        guard::SignedIn, not_found::LoadError, page_resource,
    },
};

/// Says whose room it is, and asks before it joins: opening the link alone changes nothing. `link` is the secret part
/// of the URL.
#[component]
pub fn JoinRoomPage(link: String) -> impl IntoView {
    let asked = link.clone();
    let payload = page_resource(Signal::stored(String::new()), move || {
        let link = asked.clone();
        Box::pin(async move { PagePayload::new(get_invitation(link).await) })
    });
    view! {
        <SignedIn>
            <Title text=words::rooms_join_title()/>
            <main class="page form-page" id="main" tabindex="-1">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=1/> }
                    show=Box::new({
                        let link = link.clone();
                        move |payload| match payload.take::<Invitation>() {
                            Ok(invitation) => view! { <JoinForm invitation link=link.clone()/> }.into_any(),
                            Err(error) => view! {
                                <h1 class="visually-hidden">{words::rooms_join_title()}</h1>
                                <LoadError error way_out=("/messages", words::common_open_messages())/>
                            }
                            .into_any(),
                        }
                    })
                />
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn JoinForm(invitation: Invitation, link: String) -> impl IntoView {
    let attempt = Attempt::at("/rpc/join_room");
    let message = MessageId::new();
    let error = attempt.error();
    let sent = link.clone();
    Effect::new(move |_| {
        if let Some(Ok(room)) = attempt.answer.get() {
            environment::load(&format!("/messages/{room}"));
        }
    });
    let Invitation { name, people, moderators, link_by, joined } = invitation;
    let count = words::common_people_count(people.unsigned_abs());
    let faces = moderators.iter().map(|person| view! { <Avatar person=person.clone() size=40/> }.into_any());
    let faces = faces.collect_view();
    let names = moderators.into_iter().map(|person| person.name).collect::<Vec<_>>().join(", ");
    let named = (!names.is_empty()).then(|| {
        let [before, after] = words::around(&words::rooms_join_moderators(words::HOLE));
        view! { {before}<bdi>{names}</bdi>{after}" · " }
    });
    let by = link_by.map(|person| {
        let [before, after] = words::around(&words::rooms_invitations_by(words::HOLE));
        view! { <p>{before}<bdi>{person.name}</bdi>{after}</p> }
    });
    view! {
        <h1 dir="auto">{name}</h1>
        <CommandForm
            attempt
            class="card form"
            send=Box::new(move |fields| {
                let (link, message) = (sent.clone(), fields.text("message_id").parse().unwrap_or(message));
                Box::pin(async move { join_room(link, message).await.map(|room| room.id.to_string()) })
            })
        >
            <p class="joining__faces">{faces}</p>
            {by}
            <p>{named}{count}</p>
            {if let Some(room) = joined {
                view! {
                    <a class="button button--main" href=format!("/messages/{room}")>{words::rooms_join_is_in()}</a>
                }
                .into_any()
            } else {
                view! {
                    <p>{words::rooms_join_text()}</p>
                    <input type="hidden" name="link" value=link/>
                    <input type="hidden" name="message_id" value=message.to_string()/>
                    <FormErrorLine error fields=&[]/>
                    <div class="joining__acts">
                        <SubmitButton pending=attempt.is_pending>{words::rooms_join_submit()}</SubmitButton>
                        <a class="button" href="/messages">{words::common_not_now()}</a>
                    </div>
                }
                .into_any()
            }}
        </CommandForm>
    }
}
