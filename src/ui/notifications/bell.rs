//! The bell in the bar, with its panel, and the toasts that tell of what has just come. Without script,
//! and on a phone, it is a link to the page.

use leptos::{ev, html, prelude::*};

use super::icon_of;
use crate::shared::notifications::kinds::NotificationKind;
use crate::{
    browser::{environment, use_live},
    ui::{
        chunks::registry::{self, Chunk},
        components::{Icon, changing, use_toasts},
        route::use_path,
    },
};

/// The page of all notifications.
pub const PATH: &str = "/notifications";

#[component]
pub fn Bell() -> impl IntoView {
    let live = use_live();
    let count = live.bell();
    let path = use_path();
    let panel = NodeRef::<html::Div>::new();
    let is_open = RwSignal::new(false);
    // A press beside an open panel closes it before the click comes: that click does not open it again.
    let was_open = StoredValue::new(false);
    tell_by_toasts();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path)
            && let Some(panel) = panel.get_untracked()
            && is_open.get_untracked()
        {
            let hides = panel.hide_popover();
            debug_assert!(hides.is_ok());
        }
        path
    });
    let click = move |event: ev::MouseEvent| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.shift_key() && event.button() == 0;
        if !is_plain || environment::is_narrow() || path.get_untracked() == PATH || !Chunk::Pages.is_loaded()
        {
            return;
        }
        event.prevent_default();
        let Some(panel) = panel.get_untracked().filter(|_| !was_open.get_value()) else { return };
        is_open.set(true);
        let shows = panel.show_popover();
        debug_assert!(shows.is_ok());
    };
    let closed = move |_| {
        // The browser has closed it, by Escape or by a press beside it.
        let is_shown = panel.get_untracked().is_some_and(|panel| panel.matches(":popover-open") == Ok(true));
        is_open.set(is_shown);
    };
    view! {
        <a
            class="bell"
            href=PATH
            aria-label=move || match count.get() {
                0 => "Notifications".to_owned(),
                count => format!("Notifications, {count} unread"),
            }
            aria-current=move || path.with(|path| path == PATH).then_some("page")
            on:pointerdown=move |_| was_open.set_value(is_open.get_untracked())
            on:click=click
        >
            <Icon name="bell"/>
            {changing(move || {
                let count = count.get();
                (count > 0).then(|| view! {
                    <span class="badge" aria-hidden="true">
                        {if count > 99 { "99+".to_owned() } else { count.to_string() }}
                    </span>
                }.into_any())
            })}
        </a>
        <div class="panel" popover="auto" role="dialog" aria-labelledby="panel-title" node_ref=panel on:toggle=closed>
            {changing(move || is_open.get().then(registry::panel))}
        </div>
    }
}

/// What the list of conversations shows by itself is not told once more beside it.
fn tell_by_toasts() {
    let live = use_live();
    let toasts = use_toasts();
    let path = use_path();
    Effect::new(move |_| {
        let heard = live.heard.get();
        let has_list = path.with_untracked(|path| path.starts_with("/messages")) && !environment::is_narrow();
        for one in heard.into_iter().filter(|one| !has_list || one.kind != NotificationKind::Message) {
            toasts.tell(one.key, one.words.title, one.words.text, icon_of(one.kind), one.href);
        }
    });
}
