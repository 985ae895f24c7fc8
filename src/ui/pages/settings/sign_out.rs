//! Sign-out section of the settings.

use leptos::prelude::*;

use crate::{
    api::users::sign_out,
    browser::{environment, use_live},
    shared::words,
    ui::components::{
        Attempt, CommandForm, Icon,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            form::CommandFuture,
        },
        use_toasts,
    },
};

#[component]
pub fn SignOut() -> impl IntoView {
    view! {
        <section class="card" id="this-device" aria-labelledby="way-out-title">
            <h2 id="way-out-title">{words::settings_this_device_title()}</h2>
            <p>{words::settings_this_device_text()}</p>
            <SignOutForm/>
        </section>
    }
}

#[component]
pub fn SignOutForm() -> impl IntoView {
    let attempt = Attempt::at("/rpc/sign_out");
    let toasts = use_toasts();
    let live = use_live();
    let asked = Signal::derive(move || {
        live.unsent().map(|unsent| Question {
            title: words::settings_ask_sign_out_title().to_owned(),
            text: words::settings_ask_sign_out_text(&unsent),
            verb: words::settings_ask_sign_out_yes(),
            keep: words::settings_ask_sign_out_no(),
            remark: None,
            is_danger: true,
        })
    });
    // Goes on if the form is taken from the page meanwhile.
    let send = move |_| -> CommandFuture {
        Box::pin(async move {
            sign_out().await.inspect_err(|error| toasts.error(error.message.clone()))?;
            live.delete_local_data().await;
            // A full page load, so that no data of this account stays in memory.
            environment::load("/");
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <ConfirmedSubmit pending=attempt.is_pending question=asked>
                <Icon name="out"/>
                {words::settings_sign_out()}
            </ConfirmedSubmit>
        </CommandForm>
    }
}
