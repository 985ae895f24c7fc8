//! Retention of messages: admins see a preview of what a retention period deletes before they can set it
//! (B7).

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::{
    api::operators::site_settings::set_retention,
    browser::environment::focus_soon,
    shared::{
        errors::ApiError,
        operators::site_settings::{RetentionPreview, RetentionStatus, SiteSettings, check_days},
    },
    ui::{
        components::{
            Attempt, CommandForm, LocalTime, SubmitButton, TextField, TimeStyle,
            forms::{
                field::FormErrorLine,
                form::{CommandFuture, Fields},
            },
            use_toasts,
        },
        pages::operator::layout::href_with_query,
    },
};

pub const PATH: &str = "/operator/settings";
pub const SET_RETENTION: &str = "/rpc/set_retention";
/// One digit more than the highest number of days has, so that a number that is too high gets an error
/// message.
pub const DAYS_MAX_CHARS: usize = 6;

/// `typed` is the number of days that the admin asked a preview for, as typed.
#[component]
pub fn RetentionSection(
    settings: SiteSettings,
    retention: RetentionStatus,
    preview: Option<RetentionPreview>,
    typed: Option<String>,
    is_admin: bool,
    on_change: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="retention-title">
            <h2 id="retention-title">"Old messages"</h2>
            <p>{retention_text(settings.retention_days)}</p>
            <RetentionResult retention is_on=settings.retention_days.is_some()/>
            {is_admin.then(|| view! { <PreviewForm settings typed/> }.into_any())}
            {preview.filter(|_| is_admin).map(|preview| view! { <ConfirmRetention settings preview on_change/> }.into_any())}
            {(is_admin && settings.retention_days.is_some())
                .then(|| view! { <RemoveRetention settings on_change/> }.into_any())}
        </section>
    }
}

fn retention_text(days: Option<i64>) -> String {
    match days {
        None => "Messages are kept for good.".to_owned(),
        Some(days) => format!("Messages older than {} are deleted, as they grow old.", count(days, "day")),
    }
}

/// `1 day`, `2 days`.
fn count(number: i64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// The number of messages deleted so far, the last run, and the number still to delete.
#[component]
fn RetentionResult(retention: RetentionStatus, is_on: bool) -> impl IntoView {
    let RetentionStatus { ran_at, deleted_at, deleted, waiting } = retention;
    let so_far = deleted_at.map(|at| {
        view! { {count(deleted, "message")} " deleted so far, the last " <LocalTime at style=TimeStyle::Relative/> ". " }
            .into_any()
    });
    let ran = ran_at
        .filter(|_| is_on)
        .map(|at| view! { "Last run " <LocalTime at style=TimeStyle::Relative/> ". " }.into_any());
    let waits = (waiting > 0).then(|| format!("{} to go.", count(waiting, "message")));
    view! { <p class="muted">{so_far} {ran} {waits}</p> }
}

/// Form for the number of days. It only leads to the preview and changes nothing.
#[component]
fn PreviewForm(settings: SiteSettings, typed: Option<String>) -> impl IntoView {
    let error: Option<ApiError> = typed.as_deref().and_then(|typed| check_days(typed).err());
    let value = typed.or_else(|| settings.retention_days.map(|days| days.to_string())).unwrap_or_default();
    let navigate = use_navigate();
    let form = NodeRef::<html::Form>::new();
    let submit = move |event: SubmitEvent| {
        let Some(form) = form.get_untracked() else { return };
        let Ok(fields) = web_sys::FormData::new_with_form(&form) else { return };
        event.prevent_default();
        let days = fields.get("days").as_string().unwrap_or_default();
        navigate(&href_with_query(PATH, &[("days", days.trim())]), Default::default());
    };
    view! {
        <form method="get" action=PATH node_ref=form on:submit=submit>
            <TextField
                name="days"
                label="Delete messages older than so many days"
                hint="First you see what that is. Nothing is deleted yet."
                inputmode="numeric"
                value
                max=DAYS_MAX_CHARS
                error=Signal::stored(error)
            />
            <button class="button" type="submit">"Show what it deletes"</button>
        </form>
    }
}

/// The preview of what is deleted, with the button that sets the retention period.
#[component]
fn ConfirmRetention(
    settings: SiteSettings,
    preview: RetentionPreview,
    on_change: Callback<()>,
) -> impl IntoView {
    let RetentionPreview { days, before, messages, conversations } = preview;
    let what = match messages {
        0 => "Nothing is that old yet. What grows older than this will be deleted for everybody: messages from before "
            .to_owned(),
        _ => format!(
            "This deletes {} in {} for everybody, and later what grows as old. It can’t be undone. They are from before ",
            count(messages, "message"),
            count(conversations, "conversation"),
        ),
    };
    let is_set = settings.retention_days == Some(days);
    view! {
        <div class="notice" role="status">
            <p>{what} <LocalTime at=before style=TimeStyle::Day/> "."</p>
        </div>
        {if is_set {
            view! { <p class="muted">"This is how it is set."</p> }.into_any()
        } else {
            view! {
                <SetRetentionForm settings days=Some(days) class="button--danger" on_change>
                    {format!("Delete what is older than {}", count(days, "day"))}
                </SetRetentionForm>
                <p><a class="link" href=PATH on:click=move |_| focus_sections()>"Cancel"</a></p>
            }
                .into_any()
        }}
    }
}

/// The pressed link disappears with the preview. What it stands in stays.
fn focus_sections() {
    let sections = document().query_selector(".settings__parts").ok().flatten();
    if let Some(sections) = sections.and_then(|sections| sections.dyn_into().ok()) {
        focus_soon(sections);
    }
}

#[component]
fn RemoveRetention(settings: SiteSettings, on_change: Callback<()>) -> impl IntoView {
    view! { <SetRetentionForm settings days=None class="" on_change>"Keep messages for good"</SetRetentionForm> }
}

#[component]
fn SetRetentionForm(
    settings: SiteSettings,
    days: Option<i64>,
    class: &'static str,
    on_change: Callback<()>,
    children: Children,
) -> impl IntoView {
    let attempt = Attempt::one_of_many(SET_RETENTION);
    let toasts = use_toasts();
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            set_retention(settings.version, days.map(|days| days.to_string())).await?;
            toasts.show(if days.is_some() { "Saved. Old messages are being deleted." } else { "Saved." });
            on_change.run(());
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="seen_version" value=settings.version.to_string()/>
            {days.map(|days| view! { <input type="hidden" name="days" value=days.to_string()/> }.into_any())}
            <FormErrorLine error=attempt.error() fields=&[]/>
            <SubmitButton pending=attempt.is_pending class>{children()}</SubmitButton>
        </CommandForm>
    }
}
