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
        words,
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
    let (count, toasts) = (others.len(), use_toasts());
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            toasts.show(words::rooms_invite_done());
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
            <h2>{words::rooms_invite_title()}</h2>
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <PeopleField people=others error/>
            <FormErrorLine error fields=&["people"]/>
            <SubmitButton pending=attempt.is_pending>{words::rooms_invite_submit()}</SubmitButton>
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
            <h2>{words::rooms_rename_title()}</h2>
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="message_id" value=message.to_string()/>
            <TextField name="name" label=words::rooms_rename_label() value=name error max=ROOM_NAME_MAX_CHARS/>
            <SubmitButton pending=attempt.is_pending class="">{words::rooms_rename_submit()}</SubmitButton>
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
            <h2>{words::rooms_link_title()}</h2>
            <p class="muted">{if is_open {
                words::rooms_link_is_open()
            } else {
                words::rooms_link_is_closed()
            }}</p>
            {link.map(|link| view! {
                <JoinLink path=format!("/rooms/join/{link}")/>
                {link_made_at(&link).map(|at| {
                    let days = (LINK_LIFETIME_MICROS / DAY).unsigned_abs();
                    let [before, after] = words::around(&words::rooms_link_made(days, words::HOLE));
                    view! {
                        <p class="muted">{before}<LocalTime at style=TimeStyle::Relative/>{after}</p>
                    }
                    .into_any()
                })}
            }.into_any())}
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="is_open" value=(!is_open).to_string()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if is_open { words::rooms_link_close() } else { words::rooms_link_make() }}
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
                toasts.show(words::rooms_link_copied());
            } else {
                toasts.error(words::rooms_link_not_copied());
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
            {words::rooms_link_copy()}
        </button>
    }
}
