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
        words,
    },
    ui::{
        components::{
            Attempt, CommandForm, LocalTime, SubmitButton, TextField, TimeStyle,
            forms::{
                field::FormErrorLine,
                form::{CommandFuture, Fields},
                reauthentication::reauthenticate_when_asked,
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
            <h2 id="retention-title">{words::retention_title()}</h2>
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
        None => words::retention_off().to_owned(),
        Some(days) => words::retention_on(days.unsigned_abs()),
    }
}

/// The number of messages deleted so far, the last run, and the number still to delete.
#[component]
fn RetentionResult(retention: RetentionStatus, is_on: bool) -> impl IntoView {
    let RetentionStatus { ran_at, deleted_at, deleted, waiting } = retention;
    let so_far = deleted_at.map(|at| {
        let [start, end] = words::around(&words::retention_deleted(deleted.unsigned_abs(), words::HOLE));
        view! { {start} <LocalTime at style=TimeStyle::Relative/> {end} " " }.into_any()
    });
    let ran = ran_at.filter(|_| is_on).map(|at| {
        let [start, end] = words::around(&words::retention_last_run(words::HOLE));
        view! { {start} <LocalTime at style=TimeStyle::Relative/> {end} " " }.into_any()
    });
    let waits = (waiting > 0).then(|| words::retention_to_go(waiting.unsigned_abs()));
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
                label=words::retention_days()
                hint=words::retention_days_hint()
                inputmode="numeric"
                value
                max=DAYS_MAX_CHARS
                error=Signal::stored(error)
            />
            <button class="button" type="submit">{words::retention_show_preview()}</button>
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
    let sentence = match messages {
        0 => words::retention_preview_nothing(words::HOLE),
        _ => words::retention_preview_deletes(
            &words::retention_preview_conversations(conversations.unsigned_abs()),
            words::HOLE,
            messages.unsigned_abs(),
        ),
    };
    let [start, end] = words::around(&sentence);
    let is_set = settings.retention_days == Some(days);
    view! {
        <div class="notice" role="status">
            <p>{start} <LocalTime at=before style=TimeStyle::Day/> {end}</p>
        </div>
        {if is_set {
            view! { <p class="muted">{words::retention_preview_is_set()}</p> }.into_any()
        } else {
            view! {
                <SetRetentionForm settings days=Some(days) class="button--danger" on_change>
                    {words::retention_set(days.unsigned_abs())}
                </SetRetentionForm>
                <p><a class="link" href=PATH on:click=move |_| focus_sections()>{words::common_cancel()}</a></p>
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
    view! { <SetRetentionForm settings days=None class="" on_change>{words::retention_remove()}</SetRetentionForm> }
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
    reauthenticate_when_asked(attempt);
    let toasts = use_toasts();
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            set_retention(settings.version, days.map(|days| days.to_string())).await?;
            toasts.show(if days.is_some() { words::retention_done_set() } else { words::common_saved() });
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
