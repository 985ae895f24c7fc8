//! Who of those whom the viewer talks with is online (E3). The server tells of changes; how things
//! stand is asked once for everybody who is shown, and again after each interruption.

use std::collections::{HashMap, HashSet};

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{ConnectionStatus, Live, timers::after};
use crate::{
    api::users::presence::get_presence,
    shared::{
        ids::UserId,
        users::presence::{PRESENCE_MAX, Presence},
    },
};

/// Those who come on screen together are asked for together.
const GATHER_MS: i32 = 50;

#[derive(Clone, Copy)]
pub struct Presences {
    known: RwSignal<HashMap<UserId, Presence>>,
    wanted: StoredValue<HashSet<UserId>>,
}

impl Presences {
    pub(crate) fn new() -> Self {
        Self { known: RwSignal::new(HashMap::new()), wanted: StoredValue::new(HashSet::new()) }
    }
}

impl Live {
    /// Whether somebody is here, or when he last was. Nothing while that is not known.
    pub fn presence(self, user: UserId) -> Signal<Option<Presence>> {
        let is_live = Memo::new(move |_| self.status().get() == ConnectionStatus::Live);
        Effect::new(move |_| {
            if is_live.get() {
                self.want_presence(user);
            }
        });
        Memo::new(move |_| {
            if is_live.get() { self.presences.known.with(|known| known.get(&user).copied()) } else { None }
        })
        .into()
    }

    pub(crate) fn hear_presence(self, presence: Presence) {
        self.presences.known.update(|known| {
            known.insert(presence.user, presence);
        });
    }

    /// What was known of an earlier connection may have changed since.
    pub(crate) fn forget_presence(self) {
        self.presences.known.update(HashMap::clear);
    }

    fn want_presence(self, user: UserId) {
        let is_known = self.presences.known.with_untracked(|known| known.contains_key(&user));
        if is_known {
            return;
        }
        let is_first = self.presences.wanted.try_update_value(|wanted| {
            wanted.insert(user);
            wanted.len() == 1
        });
        if is_first == Some(true) {
            after(GATHER_MS, move || self.ask_presence());
        }
    }

    fn ask_presence(self) {
        let Some(mut users) =
            self.presences.wanted.try_update_value(|wanted| wanted.drain().collect::<Vec<_>>())
        else {
            return;
        };
        for user in users.split_off(users.len().min(PRESENCE_MAX)) {
            self.want_presence(user);
        }
        spawn_local(async move {
            // Without an answer nothing is shown, and the next connection asks again.
            for presence in get_presence(users).await.unwrap_or_default() {
                self.hear_presence(presence);
            }
        });
    }
}
