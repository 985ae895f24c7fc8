//! Before what is dangerous the viewer proves again who they are: the way to the page that asks.

use leptos::prelude::*;

use super::form::Attempt;
use crate::shared::{
    errors::ApiError, page::session::reauthentication_path, users::second_factor::REAUTHENTICATION,
};

/// Goes to the page that asks when an attempt was refused for that.
pub fn reauthenticate_when_asked(attempt: Attempt) {
    Effect::new(move |_| {
        if let Some(Err(error)) = attempt.answer.get() {
            reauthenticate(&error);
        }
    });
}

/// Whether a command was refused for that. If so, the browser goes to the page that asks, which leads back here.
pub fn reauthenticate(error: &ApiError) -> bool {
    let is_asked = error.field.as_deref() == Some(REAUTHENTICATION);
    if is_asked {
        let location = window().location();
        let page = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let gone = location.assign(&reauthentication_path(&page));
        debug_assert!(gone.is_ok());
    }
    is_asked
}
