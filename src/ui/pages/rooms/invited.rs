//! Who is invited into a room, on its page: everybody for its moderators, and for members whom they invited. An invitation
//! can be withdrawn.

use leptos::prelude::*;

use crate::{
    api::rooms::withdraw_invitation,
    shared::{conversations::rooms::InvitedPerson, ids::ConversationId, words},
    ui::components::{Attempt, Avatar, CommandForm, LocalTime, SubmitButton, TimeStyle, use_toasts},
};

#[component]
pub fn InvitedPeople(
    id: ConversationId,
    invited: Vec<InvitedPerson>,
    on_change: Callback<()>,
) -> impl IntoView {
    let rows = invited.into_iter().map(|one| view! { <InvitedRow id one on_change/> }.into_any());
    let rows = rows.collect_view();
    view! {
        <section class="card form" aria-labelledby="invited-title">
            <h2 id="invited-title">{words::rooms_invited_title()}</h2>
            <p class="muted">{words::rooms_invited_text()}</p>
            <ul class="people">{rows}</ul>
        </section>
    }
}

#[component]
fn InvitedRow(id: ConversationId, one: InvitedPerson, on_change: Callback<()>) -> impl IntoView {
    let InvitedPerson { person, invited_by, invited_at } = one;
    let attempt = Attempt::one_of_many("/rpc/withdraw_invitation");
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        match answer {
            Ok(_) => toasts.show(words::rooms_invited_withdrawn()),
            Err(error) => toasts.error(error.message),
        }
        on_change.run(());
    });
    let user = person.id;
    let [before, after] = words::around(&words::rooms_invited_by(words::HOLE));
    view! {
        <li class="people__one">
            <Avatar person=person.clone() size=40/>
            <span class="people__name">
                <bdi class="cut">{person.name.clone()}</bdi>
                <span>
                    {before}<bdi>{invited_by.name}</bdi>{after}" · "
                    <LocalTime at=invited_at style=TimeStyle::Relative/>
                </span>
            </span>
            <CommandForm
                attempt
                send=Box::new(move |_| Box::pin(async move {
                    withdraw_invitation(id, user).await.map(|()| String::new())
                }))
            >
                <input type="hidden" name="conversation_id" value=id.to_string()/>
                <input type="hidden" name="user_id" value=user.to_string()/>
                <SubmitButton pending=attempt.is_pending class="button--small">
                    {words::rooms_invited_withdraw()}
                    <span class="visually-hidden">" "{person.name}</span>
                </SubmitButton>
            </CommandForm>
        </li>
    }
}
