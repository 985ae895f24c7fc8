//! Notification bell in the top bar, with its panel, and the toasts of new notifications. Without script, and
//! on a phone, it is a link to the page.

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_navigate;

use super::kind_icon;
use crate::shared::notifications::kinds::NotificationKind;
use crate::{
    browser::{environment, notifications, use_live},
    ui::{
        chunks::registry::{self, Chunk},
        components::{Icon, fresh_view, reactive_view, use_toasts},
        route::use_path,
    },
};

/// The path of the page of all notifications.
pub const NOTIFICATIONS_PATH: &str = "/notifications";

#[component]
pub fn Bell() -> impl IntoView {
    let live = use_live();
    let count = live.unread_notifications();
    let path = use_path();
    let panel = NodeRef::<html::Div>::new();
    let is_open = RwSignal::new(false);
    // A press on the bell closes an open panel before the click event, which must not open it again.
    let was_open = StoredValue::new(false);
    show_toasts();
    open_clicked();
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
        if !is_plain
            || environment::is_narrow()
            || path.get_untracked() == NOTIFICATIONS_PATH
            || !Chunk::Pages.is_loaded()
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
        // The browser closes it on Escape and on a press outside of it.
        let is_shown = panel.get_untracked().is_some_and(|panel| panel.matches(":popover-open") == Ok(true));
        is_open.set(is_shown);
    };
    view! {
        <a
            class="bell"
            href=NOTIFICATIONS_PATH
            aria-label=move || match count.get() {
                0 => "Notifications".to_owned(),
                count => format!("Notifications, {count} unread"),
            }
            aria-current=move || path.with(|path| path == NOTIFICATIONS_PATH).then_some("page")
            on:pointerdown=move |_| was_open.set_value(is_open.get_untracked())
            on:click=click
        >
            <Icon name="bell"/>
            {fresh_view(move || {
                let count = count.get();
                (count > 0).then(|| view! {
                    <span class="badge" aria-hidden="true">
                        {if count > 99 { "99+".to_owned() } else { count.to_string() }}
                    </span>
                }.into_any())
            })}
        </a>
        <div class="panel" popover="auto" role="dialog" aria-labelledby="panel-title" node_ref=panel on:toggle=closed>
            {reactive_view(move || is_open.get().then(registry::panel))}
        </div>
    }
}

/// Shows what a browser notification is about when it is clicked. On a page with something filled in, which would
/// be lost, a toast leads there.
fn open_clicked() {
    let navigate = use_navigate();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        notifications::on_notification_click(move |path| {
            if environment::is_filled_in() {
                let text = "What you have filled in here is not sent yet.".to_owned();
                let href = Some(path.to_owned());
                toasts.notify(path.to_owned(), "New message".to_owned(), text, "bell", href);
            } else {
                navigate(path, Default::default());
            }
        });
    });
}

/// Shows a toast for each new notification. Messages have none while the inbox is on screen, which shows them
/// itself, and lose theirs when their conversation is opened.
fn show_toasts() {
    let live = use_live();
    let toasts = use_toasts();
    let path = use_path();
    Effect::new(move |_| {
        if let Some(id) = live.front_conversation() {
            toasts.close_with_key(&id.to_string());
        }
    });
    Effect::new(move |_| {
        let alerts = live.alerts.get();
        let has_list = path.with_untracked(|path| path.starts_with("/messages")) && !environment::is_narrow();
        for one in alerts.into_iter().filter(|one| !has_list || one.kind != NotificationKind::Message) {
            toasts.notify(one.key, one.text.title, one.text.text, kind_icon(one.kind), one.href);
        }
    });
}
