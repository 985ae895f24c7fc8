//! What to know about the connection, under the bar, over the page (it pushes nothing down): only
//! after two seconds without one, since most gaps are shorter.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::announcer::Announcer;
use crate::{
    browser::{ConnectionStatus, environment, use_live},
    shared::page::session::sign_in_path,
    ui::components::Icon,
};

const GRACE: Duration = Duration::from_secs(2);
/// "You're back online" shows this long.
const FAREWELL: Duration = Duration::from_secs(3);

/// What is said; the number of seconds changes within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    Offline,
    Reconnecting,
    Back,
    /// There is a newer version of the site.
    Newer,
    SignedOut,
}

/// Mounted once for the app; shows itself on every page of a signed-in viewer.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    let live = use_live();
    let notice = RwSignal::new(None::<Notice>);
    let is_put_off = RwSignal::new(false);
    watch(notice, is_put_off);
    let content = move || {
        notice.get().map(|notice| match notice {
            Notice::SignedOut => view! { <SignedOutNotice/> }.into_any(),
            Notice::Offline => view! {
                <div class="banner" role="status">
                    <Icon name="offline"/>
                    <span>"You’re offline. Your messages are kept here and sent when you’re back."</span>
                </div>
            }
            .into_any(),
            Notice::Reconnecting => view! {
                <div class="banner banner--wait">
                    <Icon name="redo"/>
                    <span role="status">"Reconnecting…"</span>
                    <span class="number" aria-hidden="true"><Countdown/></span>
                    <button type="button" on:click=move |_| live.try_now()>"Try now"</button>
                </div>
            }
            .into_any(),
            Notice::Newer => view! {
                <div class="banner banner--wait">
                    <Icon name="redo"/>
                    <span role="status">"There is a newer version. What you wrote is kept."</span>
                    <button type="button" on:click=move |_| environment::reload()>"Reload"</button>
                    <button type="button" on:click=move |_| is_put_off.set(true)>"Later"</button>
                </div>
            }
            .into_any(),
            Notice::Back => view! {
                <div class="banner banner--fine" role="status">
                    <Icon name="check"/>
                    <span>"You’re back online."</span>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        {content}
        <Announcer/>
    }
}

/// Follows the connection, with the grace at its beginning and the farewell at its end.
fn watch(notice: RwSignal<Option<Notice>>, is_put_off: RwSignal<bool>) {
    let live = use_live();
    let status = live.status();
    let wanted = Memo::new(move |_| match status.get() {
        ConnectionStatus::Connecting | ConnectionStatus::Live | ConnectionStatus::Polling => {
            (live.is_outdated.get() && !is_put_off.get()).then_some(Notice::Newer)
        }
        ConnectionStatus::Offline => Some(Notice::Offline),
        ConnectionStatus::Reconnecting { .. } => Some(Notice::Reconnecting),
        ConnectionStatus::SignedOut => Some(Notice::SignedOut),
    });
    let show_later = move |to: Option<Notice>, wait: Duration, is_still: Option<Notice>| {
        set_timeout(
            move || {
                if wanted.try_get_untracked() == Some(is_still) {
                    notice.set(to);
                }
            },
            wait,
        );
    };
    Effect::new(move |_| {
        let wanted = wanted.get();
        match (notice.get_untracked(), wanted) {
            (_, Some(Notice::SignedOut)) => notice.set(wanted),
            (None, Some(_)) => show_later(wanted, GRACE, wanted),
            (Some(_), Some(_)) => notice.set(wanted),
            (Some(Notice::Back) | None, None) => {}
            (Some(Notice::Newer), None) => notice.set(None),
            (Some(_), None) => {
                notice.set(Some(Notice::Back));
                show_later(None, FAREWELL, None);
            }
        }
    });
}

#[component]
fn Countdown() -> impl IntoView {
    let status = use_live().status();
    move || match status.get() {
        ConnectionStatus::Reconnecting { seconds } => format!("next try in {seconds} s"),
        _ => "trying now".to_owned(),
    }
}

#[component]
fn SignedOutNotice() -> impl IntoView {
    let location = use_location();
    let back = move || sign_in_path(&location.pathname.get());
    view! {
        <div class="banner banner--error" role="alert">
            <Icon name="lock"/>
            <span>"You were signed out on this device."</span>
            // A real page load: a new session begins with a new page.
            <a href=back rel="external">"Sign in"</a>
        </div>
    }
}
