//! Actions: what an entry of the palette or a shortcut does.

use leptos::task::spawn_local;
use leptos_router::NavigateOptions;

use crate::{
    api::users::sign_out,
    browser::{Live, environment},
    shared::{page::session::Theme, words},
    ui::{components::Toasts, pages::settings::device::appearance::apply_theme},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opens the page at this path.
    Open(String),
    SetTheme(Theme),
    ShowKeys,
    SignOut,
}

/// Does all but showing the keys, which is up to the palette.
pub fn run(action: Action, live: Live, toasts: Toasts, navigate: &impl Fn(&str, NavigateOptions)) {
    match action {
        Action::Open(path) => navigate(&path, NavigateOptions::default()),
        Action::SetTheme(theme) => {
            apply_theme(theme);
            toasts.show(match theme {
                Theme::Light => words::palette_theme_is_light(),
                Theme::Dark => words::palette_theme_is_dark(),
                Theme::Device => words::palette_theme_is_device(),
            });
        }
        Action::ShowKeys => {}
        // Settings ask before what is not sent is deleted.
        Action::SignOut if live.unsent().is_some() => {
            navigate("/settings#this-device", NavigateOptions::default())
        }
        Action::SignOut => spawn_local(async move {
            match sign_out().await {
                Ok(()) => {
                    live.delete_local_data().await;
                    // A full page load, so that no data of this account stays in memory.
                    environment::load("/");
                }
                Err(error) => toasts.error(error.message),
            }
        }),
    }
}
