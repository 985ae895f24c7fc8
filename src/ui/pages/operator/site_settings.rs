//! The settings of the whole marketplace: operators read them, admins change them. What deleting old
//! messages would take away is shown before it can be chosen (B7).

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::hooks::{use_navigate, use_query_map};

use super::layout::{OperatorFrame, address};
use crate::shared::users::rank::Rank;
use crate::ui::components::not_found::Failed;
use crate::{
    api::operators::site_settings::{get_settings, set_retention, set_rooms, set_sign_up},
    browser::environment::focus_soon,
    shared::{
        errors::ApiError,
        operators::site_settings::{Preview, Retention, SettingsView, SiteSettings, check_days},
        page::{payload::PagePayload, session::PageSession},
    },
    ui::components::{
        Attempt, CommandForm, Fetched, Moment, MomentStyle, Skeleton, SubmitButton, TextField, fetched,
        forms::{
            field::FormErrorLine,
            form::{Fields, Sending, refusal},
        },
        use_toasts,
    },
};

const PATH: &str = "/operator/settings";
const SET_RETENTION: &str = "/rpc/set_retention";
const SET_SIGN_UP: &str = "/rpc/set_sign_up";
const SET_ROOMS: &str = "/rpc/set_rooms";
/// Digits that a number of days has at most, and room for one too many.
const DAYS_MAX_CHARS: usize = 6;

#[component]
pub fn SiteSettingsPage() -> impl IntoView {
    let query = use_query_map();
    let typed = Memo::new(move |_| {
        let days = query.with(|query| query.get_str("days").map(str::to_owned));
        days.map(|days| days.chars().take(DAYS_MAX_CHARS).collect::<String>())
    });
    let found = fetched(Signal::derive(move || typed.get().unwrap_or_default()), move || {
        let days = typed.get_untracked().filter(|days| check_days(days).is_ok());
        Box::pin(async move { PagePayload::Settings(get_settings(days).await.map(Box::new)) })
    });
    let parts = NodeRef::<html::Div>::new();
    let navigate = StoredValue::new(use_navigate());
    let changed = Callback::new(move |()| {
        // The button that was pressed goes with its form.
        if let Some(parts) = parts.get_untracked() {
            focus_soon(parts.into());
        }
        if typed.with_untracked(Option::is_some) {
            navigate.with_value(|navigate| navigate(PATH, Default::default()));
        } else {
            found.refetch();
        }
    });
    view! {
        <OperatorFrame title="Settings of the marketplace">
            <header class="page__head"><h1>"Settings of the marketplace"</h1></header>
            <div class="settings__parts" tabindex="-1" node_ref=parts>
                <Fetched
                    from=found
                    fallback=|| view! { <Skeleton count=3/> }
                    show=Box::new(move |found| match found.settings() {
                        Ok(view) => view! { <Parts view=*view typed=typed.get_untracked() changed/> }.into_any(),
                        Err(error) => view! { <Failed error/> }.into_any(),
                    })
                />
            </div>
        </OperatorFrame>
    }
    .into_any()
}

#[component]
fn Parts(view: SettingsView, typed: Option<String>, changed: Callback<()>) -> impl IntoView {
    let SettingsView { settings, retention, preview } = view;
    let is_admin = expect_context::<PageSession>().viewer.is_some_and(|viewer| viewer.rank == Rank::Admin);
    // Of a plain post: which form it came from is not known, so it stands above all.
    let refused = Signal::stored([SET_RETENTION, SET_SIGN_UP, SET_ROOMS].into_iter().find_map(refusal));
    view! {
        {(!is_admin).then(|| view! { <p class="muted">"Only admins change these."</p> }.into_any())}
        <FormErrorLine error=refused fields=&[]/>
        <section class="card" aria-labelledby="retention-title">
            <h2 id="retention-title">"Old messages"</h2>
            <p>{kept_words(settings.retention_days)}</p>
            <Status retention is_on=settings.retention_days.is_some()/>
            {is_admin.then(|| view! { <AskDays settings typed/> }.into_any())}
            {preview.filter(|_| is_admin).map(|preview| view! { <Confirm settings preview changed/> }.into_any())}
            {(is_admin && settings.retention_days.is_some())
                .then(|| view! { <TurnOff settings changed/> }.into_any())}
        </section>
        <section class="card" aria-labelledby="sign-up-title">
            <h2 id="sign-up-title">"Signing up"</h2>
            <p>"Who makes an account. Accounts that are there stay, and the command line always makes them."</p>
            <Choice
                settings
                path=SET_SIGN_UP
                is_open=settings.can_sign_up
                words=["Everybody", "Nobody by themselves"]
                is_admin
                changed
            />
        </section>
        <section class="card" aria-labelledby="rooms-title">
            <h2 id="rooms-title">"Rooms"</h2>
            <p>"Who makes rooms. Rooms that are there stay."</p>
            <Choice
                settings
                path=SET_ROOMS
                is_open=settings.can_make_rooms
                words=["Everybody", "Operators and admins"]
                is_admin
                changed
            />
        </section>
    }
}

fn kept_words(days: Option<i64>) -> String {
    match days {
        None => "Messages are kept for good.".to_owned(),
        Some(days) => format!("Messages older than {} are deleted, as they grow old.", count(days, "day")),
    }
}

/// `1 day`, `2 days`.
fn count(number: i64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// What has come of it.
#[component]
fn Status(retention: Retention, is_on: bool) -> impl IntoView {
    let Retention { ran_at, deleted_at, deleted, waiting } = retention;
    let so_far = deleted_at.map(|at| {
        view! { {count(deleted, "message")} " deleted so far, the last " <Moment at style=MomentStyle::Relative/> ". " }
            .into_any()
    });
    let ran = ran_at
        .filter(|_| is_on)
        .map(|at| view! { "Last run " <Moment at style=MomentStyle::Relative/> ". " }.into_any());
    let waits = (waiting > 0).then(|| format!("{} to go.", count(waiting, "message")));
    view! { <p class="muted">{so_far} {ran} {waits}</p> }
}

/// Asks for a number of days, to show what it would delete: it changes nothing yet.
#[component]
fn AskDays(settings: SiteSettings, typed: Option<String>) -> impl IntoView {
    let error: Option<ApiError> = typed.as_deref().and_then(|typed| check_days(typed).err());
    let value = typed.or_else(|| settings.retention_days.map(|days| days.to_string())).unwrap_or_default();
    let navigate = use_navigate();
    let form = NodeRef::<html::Form>::new();
    let submit = move |event: SubmitEvent| {
        let Some(form) = form.get_untracked() else { return };
        let Ok(fields) = web_sys::FormData::new_with_form(&form) else { return };
        event.prevent_default();
        let days = fields.get("days").as_string().unwrap_or_default();
        navigate(&address(PATH, &[("days", days.trim())]), Default::default());
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

/// What would be deleted, and the button that does it.
#[component]
fn Confirm(settings: SiteSettings, preview: Preview, changed: Callback<()>) -> impl IntoView {
    let Preview { days, before, messages, conversations } = preview;
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
            <p>{what} <Moment at=before style=MomentStyle::Day/> "."</p>
        </div>
        {if is_set {
            view! { <p class="muted">"This is how it is set."</p> }.into_any()
        } else {
            view! {
                <SetRetention settings days=Some(days) class="button--danger" changed>
                    {format!("Delete what is older than {}", count(days, "day"))}
                </SetRetention>
                <p><a class="link" href=PATH>"Cancel"</a></p>
            }
                .into_any()
        }}
    }
}

#[component]
fn TurnOff(settings: SiteSettings, changed: Callback<()>) -> impl IntoView {
    view! { <SetRetention settings days=None class="" changed>"Keep messages for good"</SetRetention> }
}

#[component]
fn SetRetention(
    settings: SiteSettings,
    days: Option<i64>,
    class: &'static str,
    changed: Callback<()>,
    children: Children,
) -> impl IntoView {
    let attempt = Attempt::one_of_many(SET_RETENTION);
    let toasts = use_toasts();
    let send = move |_: Fields| -> Sending {
        Box::pin(async move {
            set_retention(settings.version, days.map(|days| days.to_string())).await?;
            toasts.show(if days.is_some() { "Saved. Old messages are being deleted." } else { "Saved." });
            changed.run(());
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

/// One of two: open to all, or not.
#[component]
fn Choice(
    settings: SiteSettings,
    path: &'static str,
    is_open: bool,
    words: [&'static str; 2],
    is_admin: bool,
    changed: Callback<()>,
) -> impl IntoView {
    if !is_admin {
        return view! { <p><b>{words[usize::from(!is_open)]}</b></p> }.into_any();
    }
    let attempt = Attempt::one_of_many(path);
    let toasts = use_toasts();
    let send = move |fields: Fields| -> Sending {
        let is_open = fields.text("is_open") == "true";
        Box::pin(async move {
            match path {
                SET_ROOMS => set_rooms(settings.version, is_open).await?,
                _ => set_sign_up(settings.version, is_open).await?,
            };
            toasts.show("Saved.");
            changed.run(());
            Ok(String::new())
        })
    };
    let choice = move |is_this_open: bool| {
        view! {
            <label class="choice">
                <input type="radio" name="is_open" value=is_this_open.to_string() checked=is_open == is_this_open/>
                <span>{words[usize::from(!is_this_open)]}</span>
            </label>
        }
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="seen_version" value=settings.version.to_string()/>
            <fieldset class="field">
                <legend class="visually-hidden">"Who"</legend>
                <div class="choices">{choice(true)} {choice(false)}</div>
            </fieldset>
            <FormErrorLine error=attempt.error() fields=&[]/>
            <SubmitButton pending=attempt.is_pending class="">"Save"</SubmitButton>
        </CommandForm>
    }
    .into_any()
}
