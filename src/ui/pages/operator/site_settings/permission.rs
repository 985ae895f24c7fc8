//! Permission settings: who signs up, who creates rooms, and what is for confirmed addresses.

use leptos::prelude::*;

use crate::{
    api::operators::site_settings::{set_rooms, set_second_factor, set_sign_up, set_unconfirmed},
    shared::{operators::site_settings::SiteSettings, words},
    ui::components::{
        Attempt, CommandForm, SubmitButton,
        forms::{
            field::FormErrorLine,
            form::{CommandFuture, Fields},
            reauthentication::reauthenticate_when_asked,
        },
        use_toasts,
    },
};

pub const SET_SIGN_UP: &str = "/rpc/set_sign_up";
pub const SET_ROOMS: &str = "/rpc/set_rooms";
pub const SET_SECOND_FACTOR: &str = "/rpc/set_second_factor";
pub const SET_UNCONFIRMED: &str = "/rpc/set_unconfirmed";

/// A section of the page with one permission. `id` is that of its heading.
#[component]
pub fn PermissionSection(
    id: &'static str,
    title: &'static str,
    text: &'static str,
    settings: SiteSettings,
    path: &'static str,
    is_open: bool,
    labels: [&'static str; 2],
    is_admin: bool,
    on_change: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <p>{text}</p>
            <PermissionField settings path is_open labels is_admin on_change/>
        </section>
    }
    .into_any()
}

/// Permission to do something: open to everybody, or restricted. `labels` names the two, in this order. Users
/// who are no admins see the current one as text. `path` is the command that sets it.
#[component]
fn PermissionField(
    settings: SiteSettings,
    path: &'static str,
    is_open: bool,
    labels: [&'static str; 2],
    is_admin: bool,
    on_change: Callback<()>,
) -> impl IntoView {
    if !is_admin {
        return view! { <p><b>{labels[usize::from(!is_open)]}</b></p> }.into_any();
    }
    let attempt = Attempt::one_of_many(path);
    let toasts = use_toasts();
    reauthenticate_when_asked(attempt);
    let send = move |fields: Fields| -> CommandFuture {
        let is_open = fields.text("is_open") == "true";
        Box::pin(async move {
            match path {
                SET_SECOND_FACTOR => set_second_factor(settings.version, is_open).await?,
                SET_UNCONFIRMED => set_unconfirmed(settings.version, is_open).await?,
                SET_ROOMS => set_rooms(settings.version, is_open).await?,
                _ => set_sign_up(settings.version, is_open).await?,
            };
            toasts.show(words::common_saved());
            on_change.run(());
            Ok(String::new())
        })
    };
    let choice = move |is_this_open: bool| {
        view! {
            <label class="choice">
                <input type="radio" name="is_open" value=is_this_open.to_string() checked=is_open == is_this_open/>
                <span>{labels[usize::from(!is_this_open)]}</span>
            </label>
        }
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="seen_version" value=settings.version.to_string()/>
            <fieldset class="field">
                <legend class="visually-hidden">{words::site_settings_who()}</legend>
                <div class="choices">{choice(true)} {choice(false)}</div>
            </fieldset>
            <FormErrorLine error=attempt.error() fields=&[]/>
            <SubmitButton pending=attempt.is_pending class="">{words::common_save()}</SubmitButton>
        </CommandForm>
    }
    .into_any()
}
