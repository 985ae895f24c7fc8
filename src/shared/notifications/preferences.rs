//! Notification preferences: which kinds reach a user in the app, by sound and by the browser.

use serde::Serialize;

use super::kinds::{Kinds, NotificationKind};
use crate::shared::json::{read_by_serde, read_fields};

/// How somebody wants to be told, of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Choices {
    /// In the bell, its list, and by a toast.
    pub app: Kinds,
    /// By a sound, while nobody looks.
    pub sound: Kinds,
    /// By the browser itself, while nobody looks, where it was allowed to.
    pub browser: Kinds,
}

impl Default for Choices {
    fn default() -> Self {
        use NotificationKind::{Booking, Message, Tour};
        Self { app: Kinds::ALL, sound: Kinds::of(&[Message, Booking, Tour]), browser: Kinds::default() }
    }
}

read_fields! {
    Choices { app, sound, browser }
}

read_by_serde! { Choices }
