//! Quiet hours section of the settings: a daily span in which nothing is mailed or pushed.

use leptos::prelude::*;

use crate::{
    api::users::quiet_hours::{choose_quiet_hours, get_quiet_hours},
    browser::environment::time_zone,
    shared::{
        page::payload::PagePayload,
        users::quiet_hours::{QuietHours, QuietSettings},
        words,
    },
    ui::components::{
        Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        not_found::LoadError,
        page_resource, use_toasts,
    },
};

/// What is offered before anything is chosen, in minutes since midnight.
const USUAL: QuietHours = QuietHours { from: 22 * 60, to: 7 * 60 };

#[component]
pub fn Quiet() -> impl IntoView {
    let settings = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_quiet_hours().await) })
    });
    view! {
        <section class="card" id="quiet-hours" aria-labelledby="quiet-hours-title">
            <h2 id="quiet-hours-title">{words::quiet_hours_title()}</h2>
            <p>{words::quiet_hours_text()}</p>
            <ResourceView
                from=settings
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<QuietSettings>() {
                    Ok(settings) => view! { <Form settings/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn Form(settings: QuietSettings) -> impl IntoView {
    let attempt = Attempt::at("/rpc/choose_quiet_hours");
    let form = NodeRef::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let hours = settings.hours.unwrap_or(USUAL);
    let kept = settings.time_zone.unwrap_or_else(|| "UTC".to_owned());
    // The browser's, once it can be asked.
    let zone = RwSignal::new(kept.clone());
    Effect::new(move |_| {
        if let Some(here) = time_zone() {
            zone.set(here);
        }
    });
    let send = move |fields: Fields| -> CommandFuture {
        let [is_on, from, to, zone] =
            ["is_on", "quiet_from", "quiet_to", "time_zone"].map(|name| fields.text(name));
        Box::pin(async move {
            choose_quiet_hours(is_on, from, to, zone).await?;
            toasts.show(words::common_saved());
            Ok(String::new())
        })
    };
    let [before, after] = words::around(&words::quiet_hours_zone(words::HOLE));
    view! {
        <CommandForm attempt node_ref=form send=Box::new(send)>
            <div class="choices">
                <label class="choice">
                    <input type="checkbox" name="is_on" value="on" checked=settings.hours.is_some()/>
                    <span>{words::quiet_hours_is_on()}</span>
                </label>
            </div>
            <div class="quiet__times">
                <TextField name="quiet_from" label=words::quiet_hours_from() kind="time" value=QuietHours::text(hours.from) error/>
                <TextField name="quiet_to" label=words::quiet_hours_to() kind="time" value=QuietHours::text(hours.to) error/>
            </div>
            <input type="hidden" name="time_zone" value=kept prop:value=move || zone.get()/>
            <p class="muted">{before}<bdi>{move || zone.get().replace('_', " ")}</bdi>{after}</p>
            <FormErrorLine error fields=&["quiet_from", "quiet_to"]/>
            <SubmitButton pending=attempt.is_pending>{words::common_save()}</SubmitButton>
        </CommandForm>
    }
}
