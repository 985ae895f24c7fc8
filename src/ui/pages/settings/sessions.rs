//! Sessions section of the settings: the viewer's open sessions, and ending them.

use std::str::FromStr;

use leptos::{html, prelude::*};

use crate::{
    api::users::sessions::{end_other_sessions, end_session, get_sessions},
    browser::environment::focus_soon,
    shared::{
        errors::{ApiError, Missing},
        ids::SessionId,
        page::payload::PagePayload,
        users::sessions::{OpenSession, SessionList},
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
        forms::form::{CommandFuture, Fields},
        not_found::LoadError,
        page_resource, use_toasts,
    },
};

/// Reloads when `password_changes` changes.
#[component]
pub fn Sessions(password_changes: RwSignal<u32>) -> impl IntoView {
    let key = Signal::derive(move || password_changes.get().to_string());
    let mine = page_resource(key, || Box::pin(async { PagePayload::new(get_sessions().await) }));
    let section = NodeRef::<html::Section>::new();
    let on_end = move || {
        // The pressed button disappears with its row, so the focus moves to the section.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        mine.refetch();
    };
    view! {
        <section class="card" id="sessions" aria-labelledby="sessions-title" tabindex="-1" node_ref=section>
            <h2 id="sessions-title">{words::settings_sessions_title()}</h2>
            <p>{words::settings_sessions_text()}</p>
            <ResourceView
                from=mine
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |payload| match payload.take::<SessionList>() {
                    Ok(SessionList { sessions }) => view! { <SessionRows sessions password_changes on_end/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn SessionRows(
    sessions: Vec<OpenSession>,
    password_changes: RwSignal<u32>,
    on_end: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let has_others = sessions.iter().any(|session| !session.is_this);
    let rows =
        sessions.into_iter().map(|session| view! { <SessionRow session on_end/> }.into_any()).collect_view();
    view! {
        <ul class="sessions" aria-label=words::settings_sessions_label()>{rows}</ul>
        {has_others.then(|| view! { <EndOthers password_changes on_end/> }.into_any())}
    }
    .into_any()
}

#[component]
fn SessionRow(session: OpenSession, on_end: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let OpenSession { id, client, started_at, used_at, is_this } = session;
    let [before, after] = words::around(&words::settings_sessions_started(words::HOLE));
    view! {
        <li>
            <div>
                <b class="cut">{client.clone()}</b>
                {is_this.then(|| view! { <p>{words::settings_sessions_this()}</p> }.into_any())}
                <p class="muted">
                    {before} <LocalTime at=started_at style=TimeStyle::Relative/> {after}
                    {(!is_this).then(|| {
                        let [before, after] = words::around(&words::settings_last_used(words::HOLE));
                        view! { " · " {before} <LocalTime at=used_at style=TimeStyle::Relative/> {after} }.into_any()
                    })}
                </p>
            </div>
            {(!is_this).then(|| view! { <EndButton id client on_end/> }.into_any())}
        </li>
    }
}

#[component]
fn EndButton(
    id: SessionId,
    client: String,
    on_end: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::one_of_many("/rpc/end_session");
    report_result(attempt, words::settings_sessions_ended(), on_end);
    let send = |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let id = SessionId::from_str(&fields.text("session_id"))
                .map_err(|_| ApiError::not_found(Missing::Session))?;
            end_session(id).await.map(|()| String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="session_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small button--danger">
                {words::settings_sessions_end()}
                <span class="visually-hidden">" "{client}</span>
            </SubmitButton>
        </CommandForm>
    }
}

#[component]
fn EndOthers(
    password_changes: RwSignal<u32>,
    on_end: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/end_other_sessions");
    report_result(attempt, words::settings_sessions_ended_others(), on_end);
    let send = move |fields: Fields| -> CommandFuture {
        let with_tokens = !fields.text("with_tokens").is_empty();
        Box::pin(async move {
            end_other_sessions(with_tokens).await?;
            if with_tokens {
                // The list of tokens reloads as after a new password.
                password_changes.update(|changes| *changes += 1);
            }
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <label class="check">
                <input type="checkbox" name="with_tokens" value="true"/>
                {words::settings_sessions_with_tokens()}
            </label>
            <SubmitButton pending=attempt.is_pending class="">{words::settings_sessions_end_others()}</SubmitButton>
        </CommandForm>
    }
}

/// Shows the result as a toast, and calls `on_end` where it is a success.
fn report_result(attempt: Attempt, success: &'static str, on_end: impl Fn() + Copy + Send + Sync + 'static) {
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(success);
            on_end();
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
}
