//! Participants of a room, with the actions of a moderator: change a role, remove.

use leptos::prelude::*;

use crate::{
    api::rooms::{remove_from_room, set_room_role},
    browser::use_live,
    shared::{
        conversations::{role::Role, rooms::RoomPerson},
        ids::{ConversationId, MessageId, UserId},
        words,
    },
    ui::components::{
        Attempt, Avatar, CommandForm,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            form::CommandFuture,
        },
        use_toasts,
    },
};

#[component]
pub fn ParticipantRow(
    id: ConversationId,
    other: RoomPerson,
    is_moderator: bool,
    on_change: Callback<()>,
) -> impl IntoView {
    let viewer = use_live().viewer;
    let RoomPerson { person, role } = other;
    let user = person.id;
    let is_me = Some(user) == viewer;
    let actions = (is_moderator && !is_me).then(|| {
        let (to, verb) = match role {
            Role::Moderator => (Role::Member, words::rooms_person_make_member()),
            _ => (Role::Moderator, words::rooms_person_make_moderator()),
        };
        view! {
            <ParticipantAction
                path="/rpc/set_room_role"
                id
                user
                extra=Some(("role", to.as_str()))
                verb
                question=None
                send=Box::new(move |message| Box::pin(async move {
                    set_room_role(id, message, user, to).await.map(|()| String::new())
                }))
                on_change
            />
            <ParticipantAction
                path="/rpc/remove_from_room"
                id
                user
                extra=None
                verb=words::rooms_person_remove()
                question=Some(Question {
                    title: words::rooms_person_remove_title(&person.name),
                    text: words::rooms_person_remove_text().to_owned(),
                    verb: words::rooms_person_remove_confirm(),
                    keep: words::rooms_person_remove_keep(),
                    remark: None,
                    is_danger: true,
                })
                send=Box::new(move |message| Box::pin(async move {
                    remove_from_room(id, message, user).await.map(|()| String::new())
                }))
                on_change
            />
        }
        .into_any()
    });
    view! {
        <li class="people__one">
            <Avatar person=person.clone() size=40/>
            <span class="people__name">
                <bdi class="cut">{person.name.clone()}</bdi>
                <span>
                    {match (is_me, role == Role::Moderator) {
                        (true, true) => words::rooms_person_you_moderator(),
                        (true, false) => words::rooms_person_you(),
                        (false, true) => words::rooms_person_moderator(),
                        (false, false) => "",
                    }}
                    {person.is_staff.then(|| format!(" · {}", words::rooms_person_team()))}
                </span>
            </span>
            <span class="steps">{actions}</span>
        </li>
    }
}

/// A button that runs one command on a participant, or on the viewer. It asks `question` first, if there is
/// one.
#[component]
pub fn ParticipantAction(
    path: &'static str,
    id: ConversationId,
    user: UserId,
    extra: Option<(&'static str, &'static str)>,
    verb: &'static str,
    question: Option<Question>,
    send: Box<dyn Fn(MessageId) -> CommandFuture>,
    on_change: Callback<()>,
) -> impl IntoView {
    let attempt = Attempt::at(path);
    let message = MessageId::new();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        if let Err(error) = answer {
            toasts.error(error.message);
        }
        on_change.run(());
    });
    view! {
        <CommandForm
            attempt
            send=Box::new(move |fields| send(fields.text("message_id").parse().unwrap_or(message)))
        >
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <input type="hidden" name="user_id" value=user.to_string()/>
            {extra.map(|(name, value)| view! { <input type="hidden" name=name value=value/> })}
            <ConfirmedSubmit pending=attempt.is_pending class="button--small" question=Signal::stored(question)>
                {verb}
            </ConfirmedSubmit>
        </CommandForm>
    }
}
