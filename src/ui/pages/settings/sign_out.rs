//! Sign-out section of the settings.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::users::sign_out,
    browser::use_live,
    ui::components::{
        Attempt, CommandForm, Icon,
        forms::confirm::{ConfirmedSubmit, Question},
        use_toasts,
    },
};

#[component]
pub fn SignOut() -> impl IntoView {
    let attempt = Attempt::at("/rpc/sign_out");
    let toasts = use_toasts();
    let live = use_live();
    let asked = Signal::derive(move || {
        live.unsent().map(|unsent| Question {
            title: "Sign out and delete what is not sent?".to_owned(),
            text: format!("You have {unsent} not sent."),
            verb: "Delete and sign out",
            keep: "Stay",
            remark: None,
        })
    });
    Effect::new(move |_| match attempt.answer.get() {
        // A full page load, so that no data of this account stays in memory.
        Some(Ok(_)) => {
            spawn_local(async move {
                live.delete_local_data().await;
                let gone = window().location().assign("/");
                debug_assert!(gone.is_ok());
            });
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! {
        <section class="card" id="this-device" aria-labelledby="way-out-title">
            <h2 id="way-out-title">"This device"</h2>
            <p>"Signing out here leaves your other devices signed in."</p>
            <CommandForm attempt send=Box::new(|_| Box::pin(async { sign_out().await.map(|()| String::new()) }))>
                <ConfirmedSubmit pending=attempt.is_pending question=asked>
                    <Icon name="out"/>
                    "Sign out"
                </ConfirmedSubmit>
            </CommandForm>
        </section>
    }
}
