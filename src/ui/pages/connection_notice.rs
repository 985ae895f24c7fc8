//! Connection banner: offline, reconnecting, signed out, suspended or a newer version. It waits for a grace
//! period of two seconds, since most disconnections are shorter. While there is no connection it lies over the
//! page for a moment and then shrinks into the bar, so that nothing moves and nothing stays covered; for the other
//! notices the page makes room. An open dialog has a banner of its own, since its backdrop hides the page's.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    browser::{ConnectionStatus, environment, use_live},
    shared::{
        page::session::{path_with_query, sign_in_path},
        words,
    },
    ui::components::Icon,
};

const GRACE_PERIOD: Duration = Duration::from_secs(2);
/// How long the banner lies over the page before it shrinks into the bar.
const FULL_DURATION: Duration = Duration::from_secs(4);
/// How long "You're back online" is shown.
const BACK_ONLINE_DURATION: Duration = Duration::from_secs(3);

/// The message of the banner. Seconds to the next attempt are not part of it, so that the banner does not
/// render again each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BannerNotice {
    Offline,
    Reconnecting,
    BackOnline,
    /// The server runs a newer version of the site.
    NewVersion,
    SignedOut,
    Suspended,
}

/// The banner. The frame and an open dialog each have one.
#[component]
pub fn ConnectionNotice() -> impl IntoView {
    let live = use_live();
    let notice = RwSignal::new(None::<BannerNotice>);
    let is_postponed = RwSignal::new(false);
    let is_small = RwSignal::new(false);
    follow_connection(notice, is_postponed);
    Effect::new(move |_| {
        if notice.with(Option::is_none) {
            is_small.set(false);
        } else if !is_small.get_untracked() {
            let shrink = move || {
                let is_still_there = notice.try_get_untracked().flatten().is_some();
                is_small.try_set(is_still_there);
            };
            set_timeout(shrink, FULL_DURATION);
        }
    });
    move || {
        notice.get().map(|notice| match notice {
            BannerNotice::SignedOut => view! { <SignedOutNotice/> }.into_any(),
            BannerNotice::Suspended => view! {
                <div class="banner banner--error" role="alert">
                    <Icon name="lock"/>
                    <span>{words::connection_banner_suspended()}</span>
                </div>
            }
            .into_any(),
            BannerNotice::Offline | BannerNotice::Reconnecting => {
                let is_offline = notice == BannerNotice::Offline;
                view! {
                    <div
                        class="banner banner--over"
                        class:banner--wait=!is_offline
                        class:banner--small=move || is_small.get()
                    >
                        <Icon name=if is_offline { "offline" } else { "redo" }/>
                        <span role="status">
                            {if is_offline { words::connection_banner_offline() } else { words::connection_reconnecting() }}
                            {is_offline.then_some(view! {
                                <span class="banner__rest">" "{words::connection_banner_kept()}</span>
                            })}
                        </span>
                        {(!is_offline).then_some(view! {
                            <span class="number banner__rest" aria-hidden="true"><Countdown/></span>
                        })}
                        <button type="button" on:click=move |_| live.try_now()>{words::connection_banner_try_now()}</button>
                    </div>
                }
                .into_any()
            }
            BannerNotice::NewVersion => view! {
                <div class="banner banner--wait">
                    <Icon name="redo"/>
                    <span role="status">{words::connection_banner_new_version()}</span>
                    <button type="button" on:click=move |_| environment::reload()>{words::connection_banner_reload()}</button>
                    <button type="button" on:click=move |_| is_postponed.set(true)>{words::connection_banner_later()}</button>
                </div>
            }
            .into_any(),
            BannerNotice::BackOnline => view! {
                <div
                    class="banner banner--over banner--fine"
                    class:banner--small=move || is_small.get()
                    role="status"
                >
                    <Icon name="check"/>
                    <span>{words::connection_banner_back()}</span>
                </div>
            }
            .into_any(),
        })
    }
}

/// Sets `notice` by the state of the connection: after the grace period at first, at once while one is shown.
fn follow_connection(notice: RwSignal<Option<BannerNotice>>, is_postponed: RwSignal<bool>) {
    let live = use_live();
    let status = live.status();
    let wanted = Memo::new(move |_| match status.get() {
        ConnectionStatus::Connecting | ConnectionStatus::Live | ConnectionStatus::Polling => {
            (live.is_outdated.get() && !is_postponed.get()).then_some(BannerNotice::NewVersion)
        }
        ConnectionStatus::Offline => Some(BannerNotice::Offline),
        ConnectionStatus::Reconnecting { .. } => Some(BannerNotice::Reconnecting),
        ConnectionStatus::SignedOut => Some(BannerNotice::SignedOut),
        ConnectionStatus::Suspended => Some(BannerNotice::Suspended),
    });
    let show_later = move |to: Option<BannerNotice>, wait: Duration, is_still: Option<BannerNotice>| {
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
            (_, Some(BannerNotice::SignedOut | BannerNotice::Suspended)) => notice.set(wanted),
            (None, Some(_)) => show_later(wanted, GRACE_PERIOD, wanted),
            (Some(_), Some(_)) => notice.set(wanted),
            (Some(BannerNotice::BackOnline) | None, None) => {}
            (Some(BannerNotice::NewVersion), None) => notice.set(None),
            (Some(_), None) => {
                notice.set(Some(BannerNotice::BackOnline));
                show_later(None, BACK_ONLINE_DURATION, None);
            }
        }
    });
}

#[component]
fn Countdown() -> impl IntoView {
    let status = use_live().status();
    move || match status.get() {
        ConnectionStatus::Reconnecting { seconds } => words::connection_banner_next_try(&seconds.to_string()),
        _ => words::connection_banner_trying().to_owned(),
    }
}

#[component]
fn SignedOutNotice() -> impl IntoView {
    let location = use_location();
    let back = move || sign_in_path(&path_with_query(&location.pathname.get(), &location.search.get()));
    view! {
        <div class="banner banner--error" role="alert">
            <Icon name="lock"/>
            <span>{words::connection_banner_signed_out()}</span>
            // A full page load: a new session starts with a new page.
            <a href=back rel="external">{words::common_sign_in()}</a>
        </div>
    }
}
