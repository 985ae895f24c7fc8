//! Forms to manage a room: invite, rename, and the join link.

use leptos::{prelude::*, task::spawn_local};

use super::form::{PeopleField, chosen_users};
use crate::{
    api::rooms::{invite_to_room, rename_room, set_room_link},
    browser::{environment, use_live},
    shared::{
        conversations::rooms::{LINK_LIFETIME_MICROS, ROOM_NAME_MAX_CHARS, link_made_at},
        ids::{ConversationId, MessageId},
        users::Person,
        values::time::DAY,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, SubmitButton, TextField, TimeStyle, forms::field::FormErrorLine,
        use_toasts,
    },
};

#[component]
pub fn InviteForm(id: ConversationId, others: Vec<Person>, on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/invite_to_room");
    let message = MessageId::new();
    let error = attempt.error();
    let count = others.len();
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            on_change.run(());
        }
    });
    view! {
        <CommandForm
            attempt
            class="card form"
            send=Box::new(move |fields| {
                let (message, people) = (fields.text("message_id").parse().unwrap_or(message), chosen_users(&fields, count));
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
pub fn RenameForm(id: ConversationId, name: String, on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/rename_room");
    let message = MessageId::new();
    let error = attempt.error();
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            on_change.run(());
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

/// Opens and closes the join link (E1). Everybody who has an open link can join.
#[component]
pub fn JoinLinkForm(id: ConversationId, link: Option<String>, on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/set_room_link");
    let toasts = use_toasts();
    let is_open = link.is_some();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => on_change.run(()),
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
                <JoinLink path=format!("/rooms/join/{link}")/>
                {link_made_at(&link).map(|at| view! {
                    <p class="muted">
                        "Made "
                        <LocalTime at style=TimeStyle::Relative/>
                        ". It works for "
                        {LINK_LIFETIME_MICROS / DAY}
                        " days: close it and make another to renew it."
                    </p>
                }.into_any())}
            }.into_any())}
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="is_open" value=(!is_open).to_string()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if is_open { "Close the link" } else { "Make a link" }}
            </SubmitButton>
        </CommandForm>
    }
}

/// The link as it is passed on, with the site's origin, and a button that copies it.
#[component]
fn JoinLink(path: String) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let href = path.clone();
    // The server does not know by which of its names the page was asked for.
    let whole = Memo::new(move |_| {
        let origin = live.is_hydrated.get().then(|| window().location().origin().unwrap_or_default());
        format!("{}{path}", origin.unwrap_or_default())
    });
    let copy = move |_| {
        spawn_local(async move {
            if environment::copy(&whole.get_untracked()).await {
                toasts.show("Copied.");
            } else {
                toasts.error("Your browser did not copy it. Select the link and copy it yourself.");
            }
        });
    };
    view! {
        <p class="people__link"><a href=href>{move || whole.get()}</a></p>
        <button
            class="button button--small"
            type="button"
            hidden=move || !(live.is_hydrated.get() && environment::can_copy())
            on:click=copy
        >
            "Copy the link"
        </button>
    }
}
