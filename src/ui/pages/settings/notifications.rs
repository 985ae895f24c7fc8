//! Notification settings (E4): per kind of notification, whether it shows in the app, plays a sound, shows
//! as a notification of the browser, or is mailed.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
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
        words,
    },
    ui::components::{Toasts, use_toasts},
};

/// A channel through which notifications reach the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    App,
    Sound,
    Browser,
    Mail,
}

impl Channel {
    const ALL: [Self; 4] = [Self::App, Self::Sound, Self::Browser, Self::Mail];

    fn label(self) -> &'static str {
        match self {
            Self::App => words::notification_settings_app(),
            Self::Sound => words::notification_settings_sound(),
            Self::Browser => words::notification_settings_browser(),
            Self::Mail => words::notification_settings_mail(),
        }
    }

    fn kinds_mut(self, preferences: &mut Preferences) -> &mut KindSet {
        match self {
            Self::App => &mut preferences.app,
            Self::Sound => &mut preferences.sound,
            Self::Browser => &mut preferences.browser,
            Self::Mail => &mut preferences.mail,
        }
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
    // Works only with script: the checkboxes are disabled until hydration.
    let live = use_live();
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
                    {NotificationKind::ALL.map(|kind| view! { <KindRow kind/> }.into_any()).collect_view()}
                </tbody>
            </table>
            {move || is_refused.get().then(|| view! {
                <p class="muted">{words::notification_settings_refused()}</p>
            }.into_any())}
        </section>
    }
}

#[component]
fn KindRow(kind: NotificationKind) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><b>{kind.label()}</b><span>{about(kind)}</span></th>
            {Channel::ALL.map(|channel| view! { <td><PreferenceCheckbox kind channel/></td> }.into_any()).collect_view()}
        </tr>
    }
}

#[component]
fn PreferenceCheckbox(kind: NotificationKind, channel: Channel) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let is_on = Memo::new(move |_| channel.kinds_mut(&mut live.preferences.get()).has(kind));
    let change = move |event: ev::Event| {
        let is_wanted = event_target_checked(&event);
        if channel != Channel::Browser || !is_wanted {
            return save_preference(live, toasts, kind, channel, is_wanted);
        }
        let checkbox = event_target::<web_sys::HtmlInputElement>(&event);
        request_permission(move |is_granted| {
            // The preference may be as it was, which changes nothing on screen.
            checkbox.set_checked(is_granted);
            save_preference(live, toasts, kind, channel, is_granted);
            if !is_granted {
                toasts.error(words::notification_settings_refused_now());
            }
        });
    };
    view! {
        <input
            type="checkbox"
            aria-label=format!("{}: {}", kind.label(), channel.label())
            disabled=move || !live.is_hydrated.get()
            checked=is_on.get_untracked()
            prop:checked=move || is_on.get()
            on:change=change
        />
    }
}

fn save_preference(live: Live, toasts: Toasts, kind: NotificationKind, channel: Channel, is_on: bool) {
    let mut preferences = live.preferences.get_untracked();
    let kinds = channel.kinds_mut(&mut preferences);
    *kinds = kinds.with(kind, is_on);
    spawn_local(async move {
        toasts.settle("save-preferences", live.save_preferences(preferences).await);
    });
}
