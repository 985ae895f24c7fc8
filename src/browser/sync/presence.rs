//! Presence of other users (E3). The server pushes changes; the current state is fetched in batches for
//! users on screen, and again after each interruption.

use std::collections::{HashMap, HashSet};

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{ConnectionStatus, Live, timers::after};
use crate::{
    api::users::presence::get_presence,
    shared::{
        ids::UserId,
        users::presence::{PRESENCE_REQUEST_MAX, Presence},
    },
};

/// Users that come on screen within this time are fetched in one batch.
const BATCH_DELAY_MS: i32 = 50;

#[derive(Clone, Copy)]
pub struct Presences {
    by_user: RwSignal<HashMap<UserId, Presence>>,
    pending: StoredValue<HashSet<UserId>>,
}

impl Presences {
    pub(crate) fn new() -> Self {
        Self { by_user: RwSignal::new(HashMap::new()), pending: StoredValue::new(HashSet::new()) }
    }
}

impl Live {
    /// Whether a user is online, or when they last were. None while unknown.
    pub fn presence(self, user: UserId) -> Signal<Option<Presence>> {
        let is_live = Memo::new(move |_| self.status().get() == ConnectionStatus::Live);
        Effect::new(move |_| {
            if is_live.get() {
                self.request_presence(user);
            }
        });
        Memo::new(move |_| {
            if is_live.get() {
                self.presences.by_user.with(|by_user| by_user.get(&user).copied())
            } else {
                None
            }
        })
        .into()
    }

    pub(crate) fn receive_presence(self, presence: Presence) {
        self.presences.by_user.update(|by_user| {
            by_user.insert(presence.user, presence);
        });
    }

    /// State of an earlier connection may be outdated.
    pub(crate) fn clear_presence(self) {
        self.presences.by_user.update(HashMap::clear);
    }

    fn request_presence(self, user: UserId) {
        let is_known = self.presences.by_user.with_untracked(|by_user| by_user.contains_key(&user));
        if is_known {
            return;
        }
        let is_first = self.presences.pending.try_update_value(|pending| {
            pending.insert(user);
            pending.len() == 1
        });
        if is_first == Some(true) {
            after(BATCH_DELAY_MS, move || self.fetch_presence());
        }
    }

    fn fetch_presence(self) {
        let Some(mut users) =
            self.presences.pending.try_update_value(|pending| pending.drain().collect::<Vec<_>>())
        else {
            return;
        };
        for user in users.split_off(users.len().min(PRESENCE_REQUEST_MAX)) {
            self.request_presence(user);
        }
        spawn_local(async move {
            // Without an answer nothing is shown, and the next connection asks again.
            for presence in get_presence(users).await.unwrap_or_default() {
                self.receive_presence(presence);
            }
        });
    }
}
