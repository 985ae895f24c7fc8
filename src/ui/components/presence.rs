//! Whether somebody is here, or when he was last (E3): a dot, alone or with words.

use leptos::prelude::*;

use super::time::relative_time::use_minute;
use super::{changing, time::local_time};
use crate::{
    browser::use_live,
    shared::{ids::UserId, users::presence::Presence},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresenceSize {
    /// On the corner of a small picture.
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

/// A dot, filled while this person is online; with `show_last_seen` "Online" or "Last seen 2 min
/// ago" beside it. Nothing while it is not known: on the server, offline, and of strangers.
#[component]
pub fn UserPresence(
    user_id: UserId,
    #[prop(optional)] show_last_seen: bool,
    #[prop(optional)] size: PresenceSize,
) -> impl IntoView {
    let presence = use_live().presence(user_id);
    let minute = use_minute();
    changing(move || {
        minute.track();
        let presence = presence.get()?;
        let word = if show_last_seen { "presence__word" } else { "visually-hidden" };
        Some(
            view! {
                <span class=size.class() class:presence--online=presence.is_online>
                    <span class="presence__dot" aria-hidden="true"></span>
                    <span class=word>{words(presence)}</span>
                </span>
            }
            .into_any(),
        )
    })
}

fn words(presence: Presence) -> String {
    match presence.last_seen {
        _ if presence.is_online => "Online".to_owned(),
        Some(at) => format!("Last seen {}", local_time::ago(at)),
        None => "Offline".to_owned(),
    }
}
