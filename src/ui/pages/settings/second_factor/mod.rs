//! Second factor section of the settings: an authenticator app and recovery codes. All of it works without script.

mod app;
mod passkeys;
mod recovery_codes;

use leptos::prelude::*;

use crate::{
    api::users::second_factor::get_second_factor,
    shared::{
        page::{payload::PagePayload, session::PageSession},
        users::{credentials::PASSWORD_MAX_CHARS, second_factor::SecondFactor},
        values::time::Timestamp,
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, ResourceView, Skeleton, SubmitButton, TextField, TimeStyle,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        not_found::LoadError,
        page_resource, reactive_view,
    },
};
use app::{AppInUse, SetupForm, StartForm};
use passkeys::Passkeys;
use recovery_codes::{MadeCodes, RenewForm};

#[component]
pub fn SecondFactorSettings() -> impl IntoView {
    let mine = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_second_factor().await) })
    });
    // Codes that were just made, separated by spaces.
    let made = RwSignal::new(String::new());
    let on_change = Callback::new(move |codes: String| {
        made.set(codes);
        mine.refetch();
    });
    view! {
        <section class="card" id="second-factor" aria-labelledby="second-factor-title" tabindex="-1">
            <h2 id="second-factor-title">{words::second_factor_title()}</h2>
            <p>{words::second_factor_text()}</p>
            {reactive_view(move || {
                let codes = made.get();
                (!codes.is_empty()).then(|| view! { <MadeCodes codes=codes.split(' ').map(str::to_owned).collect()/> }.into_any())
            })}
            <ResourceView
                from=mine
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<SecondFactor>() {
                    Ok(factor) => view! { <Factor factor on_change/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

/// `on_change` is given the recovery codes that a change has made.
#[component]
fn Factor(factor: SecondFactor, on_change: Callback<String>) -> impl IntoView {
    let SecondFactor { app_since, recovery_codes, passkeys, has_passkeys, needed_from, setup, made } = factor;
    let is_on = app_since.is_some() || !passkeys.is_empty();
    let made = (!made.is_empty()).then(|| view! { <MadeCodes codes=made/> }.into_any());
    let app = match (setup, app_since) {
        (Some(setup), _) => view! { <SetupForm setup on_change/> }.into_any(),
        (None, Some(since)) => view! { <AppInUse since on_change/> }.into_any(),
        (None, None) => view! { <StartForm on_change/> }.into_any(),
    };
    let needed = needed_from.filter(|_| !is_on).map(|from| view! { <Needed from/> }.into_any());
    let passkeys = has_passkeys.then(|| view! { <Passkeys passkeys on_change/> }.into_any());
    let codes = is_on.then(|| view! { <RenewForm left=recovery_codes on_change/> }.into_any());
    view! { {needed} {made} {app} {passkeys} {codes} }.into_any()
}

/// To operators and admins who have none and need one.
#[component]
fn Needed(from: Timestamp) -> impl IntoView {
    let [before, after] = words::around(&words::second_factor_needed(words::HOLE));
    view! { <p class="notice">{before} <LocalTime at=from style=TimeStyle::Exact/> {after}</p> }
}

/// A form with the present password in this field, which is the argument of its command.
#[component]
fn PasswordForm(
    path: &'static str,
    field: &'static [&'static str; 1],
    #[prop(into)] verb: String,
    #[prop(default = "")] class: &'static str,
    command: fn(String) -> CommandFuture,
    on_change: Callback<String>,
) -> impl IntoView {
    let (attempt, [name]) = (Attempt::at(path), *field);
    let email = expect_context::<PageSession>().viewer.map(|viewer| viewer.email);
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let done = command(fields.text(name));
        Box::pin(async move {
            on_change.run(done.await?);
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt node_ref=form send=Box::new(send)>
            // For password managers, which otherwise don't know whose password it is.
            <input type="hidden" name="email" autocomplete="username" value=email/>
            <TextField
                name=name
                label=words::settings_password_current()
                kind="password"
                autocomplete="current-password"
                max=PASSWORD_MAX_CHARS
                error
            />
            <FormErrorLine error fields=field/>
            <SubmitButton pending=attempt.is_pending class=class>{verb}</SubmitButton>
        </CommandForm>
    }
}
