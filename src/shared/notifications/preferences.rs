//! Notification preferences: the kinds that a user gets in the app, by sound, by the browser and by mail.

use serde::Serialize;

use super::kinds::{KindSet, NotificationKind};
use crate::shared::json::{read_by_serde, read_fields};

/// A user's notification preferences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// Kinds shown in the app: by the bell, its list and toasts.
    pub app: KindSet,
    /// Kinds that play a sound while the app is not visible.
    pub sound: KindSet,
    /// Kinds shown as a browser notification while the app is not visible, if the browser has permission.
    pub browser: KindSet,
    /// Kinds mailed to whoever is away, if the address is confirmed.
    pub mail: KindSet,
}

impl Default for Preferences {
    fn default() -> Self {
        use NotificationKind::{Booking, Message, Promotion, Tour};
        Self {
            app: KindSet::ALL,
            sound: KindSet::of(&[Message, Booking, Tour]),
            browser: KindSet::default(),
            mail: KindSet::ALL.with(Promotion, false),
        }
    }
}

read_fields! {
    Preferences { app, sound, browser, mail }
}

read_by_serde! { Preferences }
