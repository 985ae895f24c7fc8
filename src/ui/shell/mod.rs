//! App frame: the top bar, the connection banner and, on a phone, the tab bar. It is around every page but
//! sign-in and sign-up.

pub mod nav_item;
pub mod tab_bar;
pub mod top_bar;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{inbox::banner::ConnectionBanner, route::use_path};
use crate::shared::{page::session::PageSession, users::Person, words};
use tab_bar::TabBar;
use top_bar::TopBar;

/// The signed-in user as the top bar shows them; `None` for a visitor. The settings page updates it.
#[derive(Clone, Copy)]
pub struct ViewerPerson(pub RwSignal<Option<Person>>);

pub fn provide_viewer_person() {
    let person = expect_context::<PageSession>().viewer.map(|viewer| viewer.person());
    provide_context(ViewerPerson(RwSignal::new(person)));
}

#[component]
pub fn AppFrame(children: Children) -> impl IntoView {
    focus_new_page();
    let path = use_path();
    view! {
        <div class="app">
            // `external` leaves the link to the browser, which moves the focus; the router would only scroll.
            <a class="skip" href="#main" rel="external">{words::shell_skip_to_content()}</a>
            {move || path.with(|path| path.starts_with("/messages/")).then(|| view! {
                <a class="skip" href="#message-field" rel="external">{words::shell_skip_to_message_field()}</a>
            })}
            <TopBar/>
            <ConnectionBanner/>
            {children()}
            <TabBar/>
        </div>
    }
}

/// Moves the focus to the content of a new page, as a full page load does. A conversation manages its focus itself, and
/// so does the list when the viewer comes back to it.
fn focus_new_page() {
    let path = use_path();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        let is_managed =
            |path: &str, before: &str| path.starts_with("/messages") && before.starts_with("/messages/");
        let is_new = before.is_some_and(|before| before != path && !is_managed(&path, &before));
        if is_new && !path.starts_with("/messages/") {
            request_animation_frame(|| {
                let main = document().get_element_by_id("main");
                if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let options = web_sys::FocusOptions::new();
                    options.set_prevent_scroll(true);
                    let is_focused = main.focus_with_options(&options);
                    debug_assert!(is_focused.is_ok());
                }
            });
        }
        path
    });
}

/// Logo and name, which link to the start page.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
                <use href="/icons.svg#mark"></use>
            </svg>
            <span>"stoa"</span>
        </a>
    }
}
