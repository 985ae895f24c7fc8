//! Notification settings (E4): per kind of notification, whether it shows in the app, plays a sound, shows
//! as a notification of the browser, is pushed to devices, or is mailed. With the section of this device's pushes.

pub mod mail;
pub mod push;
pub mod quiet_hours;

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::users::push::{choose_pushes, get_push_settings},
    browser::{
        Live,
        notifications::{Permission, permission, request_permission},
        use_live,
    },
    shared::{
        notifications::{
            kinds::{KindSet, NotificationKind},
            preferences::Preferences,
        },
        page::payload::PagePayload,
        users::push::PushSettings,
        words,
    },
    ui::components::{ResourceView, Skeleton, Toasts, not_found::LoadError, page_resource, use_toasts},
};
use push::PushToThisDevice;

/// A channel through which notifications reach the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    App,
    Sound,
    Browser,
    Push,
    Mail,
}

impl Channel {
    const ALL: [Self; 5] = [Self::App, Self::Sound, Self::Browser, Self::Push, Self::Mail];

    fn label(self) -> &'static str {
        match self {
            Self::App => words::notification_settings_app(),
            Self::Sound => words::notification_settings_sound(),
            Self::Browser => words::notification_settings_browser(),
            Self::Push => words::notification_settings_push(),
            Self::Mail => words::notification_settings_mail(),
        }
    }

    fn kinds_mut(self, choices: &mut Choices) -> &mut KindSet {
        match self {
            Self::App => &mut choices.preferences.app,
            Self::Sound => &mut choices.preferences.sound,
            Self::Browser => &mut choices.preferences.browser,
            Self::Push => &mut choices.push,
            Self::Mail => &mut choices.preferences.mail,
        }
    }
}

/// The kinds of all channels.
#[derive(Clone, Copy)]
struct Choices {
    preferences: Preferences,
    push: KindSet,
}

/// What the checkboxes show and change. Those of pushes are of this page alone: nothing but the server needs them.
#[derive(Clone, Copy)]
struct Grid {
    live: Live,
    push: RwSignal<KindSet>,
    toasts: Toasts,
}

impl Grid {
    fn has(self, channel: Channel, kind: NotificationKind) -> bool {
        let mut choices = Choices { preferences: self.live.preferences.get(), push: self.push.get() };
        channel.kinds_mut(&mut choices).has(kind)
    }

    fn save(self, channel: Channel, kind: NotificationKind, is_on: bool) {
        let before = self.push.get_untracked();
        let mut choices = Choices { preferences: self.live.preferences.get_untracked(), push: before };
        let kinds = channel.kinds_mut(&mut choices);
        *kinds = kinds.with(kind, is_on);
        self.push.set(choices.push);
        spawn_local(async move {
            let saved = match channel {
                Channel::Push => choose_pushes(choices.push.to_words()).await,
                _ => self.live.save_preferences(choices.preferences).await,
            };
            if channel == Channel::Push && saved.is_err() {
                self.push.try_set(before);
            }
            self.toasts.settle("save-preferences", saved);
        });
    }
}

fn about(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Message => words::notification_settings_about_message(),
        NotificationKind::Booking => words::notification_settings_about_booking(),
        NotificationKind::Tour => words::notification_settings_about_tour(),
        NotificationKind::Payment => words::notification_settings_about_payment(),
        NotificationKind::Promotion => words::notification_settings_about_promotion(),
        NotificationKind::System => words::notification_settings_about_system(),
    }
}

#[component]
pub fn NotificationSettings() -> impl IntoView {
    let settings = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_push_settings().await) })
    });
    view! {
        <ResourceView
            from=settings
            fallback=|| view! { <Skeleton count=1/> }
            show=Box::new(move |payload| match payload.take::<PushSettings>() {
                Ok(settings) => view! { <KindGrid push=settings.kinds/><PushToThisDevice settings/> }.into_any(),
                Err(error) => view! { <LoadError error/> }.into_any(),
            })
        />
    }
}

#[component]
fn KindGrid(push: KindSet) -> impl IntoView {
    // Works only with script: the checkboxes are disabled until hydration.
    let live = use_live();
    let grid = Grid { live, push: RwSignal::new(push), toasts: use_toasts() };
    let is_refused = Memo::new(move |_| live.is_hydrated.get() && permission() == Permission::Refused);
    view! {
        <section class="card" id="notifications" aria-labelledby="notifications-title">
            <h2 id="notifications-title">{words::notification_settings_title()}</h2>
            <p>{words::notification_settings_text()}</p>
            <table class="ways">
                <thead>
                    <tr>
                        <th scope="col">{words::notification_settings_kind()}</th>
                        {Channel::ALL.map(|channel| view! { <th scope="col">{channel.label()}</th> }.into_any()).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {NotificationKind::ALL.map(|kind| view! { <KindRow kind grid/> }.into_any()).collect_view()}
                </tbody>
            </table>
            {move || is_refused.get().then(|| view! {
                <p class="muted">{words::notification_settings_refused()}</p>
            }.into_any())}
        </section>
    }
}

#[component]
fn KindRow(kind: NotificationKind, grid: Grid) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><b>{kind.label()}</b><span>{about(kind)}</span></th>
            {Channel::ALL.map(|channel| view! { <td><PreferenceCheckbox kind channel grid/></td> }.into_any()).collect_view()}
        </tr>
    }
}

#[component]
fn PreferenceCheckbox(kind: NotificationKind, channel: Channel, grid: Grid) -> impl IntoView {
    let is_on = Memo::new(move |_| grid.has(channel, kind));
    let change = move |event: ev::Event| {
        let is_wanted = event_target_checked(&event);
        if channel != Channel::Browser || !is_wanted {
            return grid.save(channel, kind, is_wanted);
        }
        let checkbox = event_target::<web_sys::HtmlInputElement>(&event);
        request_permission(move |is_granted| {
            // The preference may be as it was, which changes nothing on screen.
            checkbox.set_checked(is_granted);
            grid.save(channel, kind, is_granted);
            if !is_granted {
                grid.toasts.error(words::notification_settings_refused_now());
            }
        });
    };
    view! {
        <input
            type="checkbox"
            aria-label=format!("{}: {}", kind.label(), channel.label())
            disabled=move || !grid.live.is_hydrated.get()
            checked=is_on.get_untracked()
            prop:checked=move || is_on.get()
            on:change=change
        />
    }
}
