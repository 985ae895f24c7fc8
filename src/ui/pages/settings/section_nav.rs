//! Section navigation of the settings: beside the sections, or above them on a phone. It marks the section on screen.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{shared::words, ui::components::Icon};

/// The id, icon and label of each section, in their order on the page.
fn sections() -> [(&'static str, &'static str, &'static str); 17] {
    [
        ("profile", "user", words::settings_profile_title()),
        ("notifications", "bell", words::notification_settings_title()),
        ("push", "device", words::push_nav()),
        ("mail", "mail", words::settings_mail_title()),
        ("quiet-hours", "moon", words::quiet_hours_title()),
        ("blocked", "lock", words::blocks_nav()),
        ("appearance", "sun", words::settings_appearance_title()),
        ("sound", "play", words::settings_sound_title()),
        ("shortcuts", "edit", words::settings_nav_shortcuts()),
        ("password", "lock", words::settings_password_title()),
        ("second-factor", "check", words::second_factor_title()),
        ("sessions", "eye", words::settings_nav_sessions()),
        ("tokens", "tools", words::api_token_list_title()),
        ("security", "clock", words::security_event_list_title()),
        ("data", "copy", words::settings_data_title()),
        ("this-device", "out", words::settings_sign_out()),
        ("close", "x", words::settings_close_title()),
    ]
}

/// The section on screen is the last one that begins above this part of the window.
const READING_LINE: f64 = 0.4;

#[component]
pub fn SectionNav() -> impl IntoView {
    let current = RwSignal::new(None::<&str>);
    // Stays marked until the viewer scrolls: the section may be too near the end to reach the reading line.
    let chosen = StoredValue::new(None::<&str>);
    Effect::new(move |_| {
        let follow = move || {
            let section = chosen.try_get_value().flatten().or_else(section_on_screen);
            if current.try_get_untracked().is_some_and(|before| before != section) {
                current.set(section);
            }
        };
        follow();
        let release = move || {
            chosen.try_set_value(None);
        };
        let listeners = [
            window_event_listener(ev::scroll, move |_| follow()),
            window_event_listener(ev::resize, move |_| follow()),
            window_event_listener(ev::wheel, move |_| release()),
            window_event_listener(ev::touchmove, move |_| release()),
            window_event_listener(ev::keydown, move |_| release()),
        ];
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    });
    let link = move |(id, icon, label): (&'static str, &'static str, &'static str)| {
        let is_current = move || current.get() == Some(id);
        let choose = move |event: ev::MouseEvent| {
            if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
                chosen.set_value(Some(id));
                current.set(Some(id));
                focus_section(id);
            }
        };
        view! {
            <a href=format!("#{id}") aria-current=move || is_current().then_some("location") on:click=choose>
                <Icon name=icon/>
                {label}
            </a>
        }
        .into_any()
    };
    view! {
        <nav class="settings__rail" aria-label=words::settings_title()>{sections().map(link).collect_view()}</nav>
    }
}

/// Moves the focus to the section once the browser has gone there: Tab goes on in it.
fn focus_section(id: &'static str) {
    request_animation_frame(move || {
        let section = document().get_element_by_id(id);
        if let Some(section) = section.and_then(|section| section.dyn_into::<web_sys::HtmlElement>().ok()) {
            section.set_tab_index(-1);
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            drop(section.focus_with_options(&options));
        }
    });
}

fn section_on_screen() -> Option<&'static str> {
    let top_of =
        |id: &str| document().get_element_by_id(id).map(|section| section.get_bounding_client_rect().top());
    let height = window().inner_height().ok()?.as_f64()?;
    let root = document().document_element()?;
    // The last sections are too short to reach the line.
    let is_at_end = root.scroll_height() - root.scroll_top() - root.client_height() < 2;
    let line = if is_at_end { height } else { height * READING_LINE };
    sections().into_iter().map(|(id, ..)| id).rfind(|id| top_of(id).is_some_and(|top| top < line))
}
