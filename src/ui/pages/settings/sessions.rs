//! Where I am signed in, as a part of the settings: see the sessions, end them, and change the password.

use std::str::FromStr;

use leptos::{html, prelude::*};

use crate::shared::users::credentials::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS};
use crate::ui::components::not_found::Failed;
use crate::{
    api::users::sessions::{change_password, end_other_sessions, end_session, get_sessions},
    browser::environment::focus_soon,
    shared::{
        errors::ApiError,
        ids::SessionId,
        page::payload::PagePayload,
        users::sessions::{OpenSession, SessionList},
    },
    ui::components::{
        Attempt, CommandForm, Fetched, Moment, MomentStyle, Skeleton, SubmitButton, TextField, fetched,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{Fields, Sending},
        },
        use_toasts,
    },
};

/// `changes` is raised when the password has been changed: other sessions and all tokens are gone.
#[component]
pub fn Password(changes: RwSignal<u32>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/change_password");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> Sending {
        let (present, new) = (fields.text("present_password"), fields.text("new_password"));
        Box::pin(async move {
            change_password(present, new).await?;
            changes.update(|changes| *changes += 1);
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            toasts.show("Your password is changed. You are signed out everywhere else.");
            Ok(String::new())
        })
    };
    view! {
        <section class="card" id="password" aria-labelledby="password-title">
            <h2 id="password-title">"Password"</h2>
            <p>"A new password signs you out everywhere else and ends your access tokens."</p>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <TextField
                    name="present_password"
                    label="Current password"
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <TextField
                    name="new_password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN_CHARS} characters.")
                    min=PASSWORD_MIN_CHARS
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <FormErrorLine error fields=&["present_password", "new_password"]/>
                <SubmitButton pending=attempt.is_pending class="">"Change password"</SubmitButton>
            </CommandForm>
        </section>
    }
}

#[component]
pub fn Sessions(changes: RwSignal<u32>) -> impl IntoView {
    let key = Signal::derive(move || changes.get().to_string());
    let mine = fetched(key, || Box::pin(async { PagePayload::Sessions(get_sessions().await) }));
    let section = NodeRef::<html::Section>::new();
    let ended = move || {
        // The button that was pressed goes with its row.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        mine.refetch();
    };
    view! {
        <section class="card" id="sessions" aria-labelledby="sessions-title" tabindex="-1" node_ref=section>
            <h2 id="sessions-title">"Where you are signed in"</h2>
            <p>"If you don’t know one of these, end it and change your password."</p>
            <Fetched
                from=mine
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |found| match found.sessions() {
                    Ok(SessionList { sessions }) => view! { <SessionRows sessions ended/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn SessionRows(sessions: Vec<OpenSession>, ended: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let has_others = sessions.iter().any(|session| !session.is_this);
    let rows =
        sessions.into_iter().map(|session| view! { <SessionRow session ended/> }.into_any()).collect_view();
    view! {
        <ul class="sessions" aria-label="Your sessions">{rows}</ul>
        {has_others.then(|| view! { <EndOthers ended/> }.into_any())}
    }
    .into_any()
}

#[component]
fn SessionRow(session: OpenSession, ended: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let OpenSession { id, client, started_at, used_at, is_this } = session;
    view! {
        <li>
            <div>
                <b class="cut">{client.clone()}</b>
                {is_this.then(|| view! { <p>"This is the one you are using."</p> }.into_any())}
                <p class="muted">
                    "Signed in "
                    <Moment at=started_at style=MomentStyle::Relative/>
                    {(!is_this)
                        .then(|| view! { " · used "<Moment at=used_at style=MomentStyle::Relative/> }.into_any())}
                </p>
            </div>
            {(!is_this).then(|| view! { <EndButton id client ended/> }.into_any())}
        </li>
    }
}

#[component]
fn EndButton(
    id: SessionId,
    client: String,
    ended: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::one_of_many("/rpc/end_session");
    tell_when_ended(attempt, "Ended. It is signed out.", ended);
    let send = |fields: Fields| -> Sending {
        Box::pin(async move {
            let id = SessionId::from_str(&fields.text("session_id"))
                .map_err(|_| ApiError::not_found("session"))?;
            end_session(id).await.map(|()| String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="session_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small button--danger">
                "End"
                <span class="visually-hidden">" "{client}</span>
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn EndOthers(ended: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let attempt = Attempt::at("/rpc/end_other_sessions");
    tell_when_ended(attempt, "Ended. You are signed in here alone.", ended);
    let send = |_| -> Sending { Box::pin(async { end_other_sessions().await.map(|()| String::new()) }) };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <SubmitButton pending=attempt.is_pending class="">"End all others"</SubmitButton>
        </CommandForm>
    }
}

fn tell_when_ended(attempt: Attempt, words: &'static str, ended: impl Fn() + Copy + Send + Sync + 'static) {
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words);
            ended();
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
}
