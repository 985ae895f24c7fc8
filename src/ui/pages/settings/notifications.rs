//! How somebody wants to be told (E4): of each kind in the app, by a sound, by the browser itself.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::shared::notifications::{
    kinds::{KindSet, NotificationKind},
    preferences::Preferences,
};
use crate::{
    browser::{
        Live,
        notifications::{Permission, ask_permission, permission},
        use_live,
    },
    ui::components::{Toasts, use_toasts},
};

/// A way of telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    App,
    Sound,
    Browser,
}

impl Way {
    const ALL: [Self; 3] = [Self::App, Self::Sound, Self::Browser];

    fn word(self) -> &'static str {
        match self {
            Self::App => "In the app",
            Self::Sound => "Sound",
            Self::Browser => "Browser",
        }
    }

    fn of(self, choices: &mut Preferences) -> &mut KindSet {
        match self {
            Self::App => &mut choices.app,
            Self::Sound => &mut choices.sound,
            Self::Browser => &mut choices.browser,
        }
    }
}

fn about(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Message => "New messages, mentions and invitations",
        NotificationKind::Booking => "Requests, answers, changes of status",
        NotificationKind::Tour => "The same, of tours",
        NotificationKind::Payment => "Receipts and refunds",
        NotificationKind::Promotion => "From this marketplace",
        NotificationKind::System => "What concerns your account or the site",
    }
}

#[component]
pub fn ChoicesCard() -> impl IntoView {
    // It works through script alone, so until that runs nothing can be chosen.
    let live = use_live();
    let is_refused = Memo::new(move |_| live.is_awake.get() && permission() == Permission::Refused);
    view! {
        <section class="card" id="notifications" aria-labelledby="notifications-title">
            <h2 id="notifications-title">"Notifications"</h2>
            <p>"Choose what reaches you, and how. Sound and browser only while you look elsewhere."</p>
            <table class="ways">
                <thead>
                    <tr>
                        <th scope="col">"About"</th>
                        {Way::ALL.map(|way| view! { <th scope="col">{way.word()}</th> }.into_any()).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {NotificationKind::ALL.map(|kind| view! { <Kind kind/> }.into_any()).collect_view()}
                </tbody>
            </table>
            {move || is_refused.get().then(|| view! {
                <p class="muted">"This browser may not notify you. You can allow it in its settings for this site."</p>
            }.into_any())}
        </section>
    }
}

#[component]
fn Kind(kind: NotificationKind) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><b>{kind.word()}</b><span>{about(kind)}</span></th>
            {Way::ALL.map(|way| view! { <td><Choice kind way/></td> }.into_any()).collect_view()}
        </tr>
    }
}

#[component]
fn Choice(kind: NotificationKind, way: Way) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let is_on = Memo::new(move |_| way.of(&mut live.choices.get()).has(kind));
    let change = move |event: ev::Event| {
        let is_wanted = event_target_checked(&event);
        if way != Way::Browser || !is_wanted {
            return choose(live, toasts, kind, way, is_wanted);
        }
        // Shown as it is until the browser has answered.
        ask_permission(move |is_granted| {
            choose(live, toasts, kind, way, is_granted);
            if !is_granted {
                toasts.error(
                    "Your browser doesn’t allow it. You can change that in its settings for this site.",
                );
            }
        });
    };
    view! {
        <input
            type="checkbox"
            aria-label=format!("{}: {}", kind.word(), way.word())
            disabled=move || !live.is_awake.get()
            checked=is_on.get_untracked()
            prop:checked=move || is_on.get()
            on:change=change
        />
    }
}

fn choose(live: Live, toasts: Toasts, kind: NotificationKind, way: Way, is_on: bool) {
    let mut choices = live.choices.get_untracked();
    let kinds = way.of(&mut choices);
    *kinds = kinds.with(kind, is_on);
    spawn_local(async move {
        if let Err(error) = live.choose(choices).await {
            toasts.error(error.message);
        }
    });
}
