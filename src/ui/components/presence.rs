//! Presence of a user (E3): a dot for online or offline, alone or with "last seen".

use leptos::prelude::*;

use super::{
    fresh_view,
    time::{format, minute_tick::use_minute_tick},
};
use crate::{
    browser::use_live,
    shared::{ids::UserId, users::presence::Presence, words},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresenceSize {
    /// On the corner of a small avatar.
    Small,
    #[default]
    Medium,
    Large,
}

impl PresenceSize {
    fn class(self) -> &'static str {
        match self {
            Self::Small => "presence presence--small",
            Self::Medium => "presence",
            Self::Large => "presence presence--large",
        }
    }
}

/// A dot, filled while the user is online; `show_last_seen` adds "Online" or "Last seen 2 min ago". Renders
/// nothing while the presence is unknown: on the server, without a connection, and for users whom the viewer
/// has no conversation with.
#[component]
pub fn UserPresence(
    user_id: UserId,
    #[prop(optional)] show_last_seen: bool,
    #[prop(optional)] size: PresenceSize,
) -> impl IntoView {
    let presence = use_live().presence(user_id);
    let minute = use_minute_tick();
    fresh_view(move || {
        minute.track();
        let presence = presence.get()?;
        let word = if show_last_seen { "presence__word" } else { "visually-hidden" };
        // Beside a face it is told only of whoever is there.
        let text = (show_last_seen || presence.is_online).then(|| presence_text(presence));
        Some(
            view! {
                <span class=size.class() class:presence--online=presence.is_online>
                    <span class="presence__dot" aria-hidden="true"></span>
                    <span class=word>{text}</span>
                </span>
            }
            .into_any(),
        )
    })
}

fn presence_text(presence: Presence) -> String {
    match presence.last_seen {
        _ if presence.is_online => words::presence_online().to_owned(),
        Some(at) if format::is_now(at) => words::presence_last_seen_now().to_owned(),
        Some(at) => words::presence_last_seen(&format::ago(at)),
        None => words::presence_offline().to_owned(),
    }
}
