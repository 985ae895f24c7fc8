//! Notification preferences: which kinds reach a user in the app, by sound and by the browser.

use serde::Serialize;

use super::kinds::{KindSet, NotificationKind};
use crate::shared::json::{read_by_serde, read_fields};

/// How somebody wants to be told, of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// In the bell, its list, and by a toast.
    pub app: KindSet,
    /// By a sound, while nobody looks.
    pub sound: KindSet,
    /// By the browser itself, while nobody looks, where it was allowed to.
    pub browser: KindSet,
}

impl Default for Preferences {
    fn default() -> Self {
        use NotificationKind::{Booking, Message, Tour};
        Self { app: KindSet::ALL, sound: KindSet::of(&[Message, Booking, Tour]), browser: KindSet::default() }
    }
}

read_fields! {
    Preferences { app, sound, browser }
}

read_by_serde! { Preferences }
