//! Notification preferences: the kinds that a user gets in the app, by sound and by the browser.

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
