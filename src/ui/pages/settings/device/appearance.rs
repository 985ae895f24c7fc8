//! Appearance section of the settings: the theme, stored in a cookie of this device.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    shared::{
        page::session::{PageSession, Theme},
        words,
    },
    ui::components::Icon,
};

thread_local! {
    /// The theme that is chosen, for all lists of themes on the page.
    static CHOSEN: ArcRwSignal<Theme> = ArcRwSignal::new(Theme::Device);
}

#[component]
pub fn Appearance() -> impl IntoView {
    view! {
        <section class="card" id="appearance" aria-labelledby="appearance-title">
            <h2 id="appearance-title">{words::settings_appearance_title()}</h2>
            <p>{words::settings_appearance_text()}</p>
            <fieldset class="field">
                <legend class="visually-hidden">{words::settings_theme()}</legend>
                <ThemeChoices name="theme"/>
            </fieldset>
        </section>
    }
}

/// Radio buttons of the themes. `name` is that of the buttons: each list on a page has its own.
#[component]
pub fn ThemeChoices(name: &'static str) -> impl IntoView {
    let chosen = RwSignal::new(expect_context::<PageSession>().theme);
    // Works only with script: the buttons are disabled until hydration.
    let is_ready = RwSignal::new(false);
    Effect::new(move |before: Option<()>| {
        let shared = CHOSEN.with(Clone::clone);
        if before.is_none() {
            is_ready.set(true);
            shared.set(current_theme());
        }
        chosen.set(shared.get());
    });
    let choice = move |theme: Theme| {
        let (icon, word) = match theme {
            Theme::Device => ("device", words::settings_theme_device()),
            Theme::Light => ("sun", words::settings_theme_light()),
            Theme::Dark => ("moon", words::settings_theme_dark()),
        };
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name
                    value=theme.as_str()
                    disabled=move || !is_ready.get()
                    checked=chosen.get_untracked() == theme
                    prop:checked=move || chosen.get() == theme
                    on:change=move |_| {
                        apply_theme(theme);
                        CHOSEN.with(|chosen| chosen.set(theme));
                    }
                />
                <Icon name=icon/>
                <span>{word}</span>
            </label>
        }
        .into_any()
    };
    view! { <div class="choices">{Theme::ALL.map(choice).collect_view()}</div> }
}

/// The theme shown now. It may have changed since the server rendered the page.
fn current_theme() -> Theme {
    let root = document().document_element();
    Theme::parse(&root.and_then(|root| root.get_attribute("data-theme")).unwrap_or_default())
}

/// Applies the theme at once, and stores it in a cookie, so that the server renders the next page with it.
pub fn apply_theme(theme: Theme) {
    const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;
    let document = document();
    if let Some(root) = document.document_element() {
        let changed = match theme {
            Theme::Device => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.as_str()),
        };
        debug_assert!(changed.is_ok());
    }
    let cookie =
        format!("{}={}; path=/; max-age={YEAR_SECONDS}; samesite=lax", Theme::COOKIE, theme.as_str());
    let stored = document.unchecked_into::<web_sys::HtmlDocument>().set_cookie(&cookie);
    debug_assert!(stored.is_ok());
}
