//! Join page: where the link of a room leads.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::rooms::join_room,
    browser::environment,
    shared::ids::MessageId,
    ui::components::{Attempt, CommandForm, SubmitButton, forms::field::FormErrorLine},
};

/// Asks before it joins: opening the link alone changes nothing. `link` is the secret part of the URL.
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
