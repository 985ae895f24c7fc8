//! Notification bell in the top bar, with its panel, and the toasts of new notifications. Without script, and
//! on a phone, it is a link to the page.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::kind_icon;
use crate::{
    browser::{environment, notifications, use_live},
    shared::{notifications::kinds::NotificationKind, words},
    ui::{
        chunks::registry::Popover,
        components::{Icon, fresh_view, use_toasts},
        popover_link::PopoverLink,
        route::use_path,
    },
};

/// The path of the page of all notifications.
pub const NOTIFICATIONS_PATH: &str = "/notifications";

#[component]
pub fn Bell() -> impl IntoView {
    let live = use_live();
    let count = live.unread_notifications();
    show_toasts();
    open_clicked();
    view! {
        <PopoverLink
            class="bell"
            popover_class="panel"
            heading="panel-title"
            href=NOTIFICATIONS_PATH
            label=Signal::derive(move || words::bell_label(count.get().unsigned_abs()))
            content=Popover::Notifications
            is_plain_link=|is_current| is_current || environment::is_narrow()
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
        </PopoverLink>
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
                let (title, text) =
                    (words::bell_new_message().to_owned(), words::bell_filled_in().to_owned());
                let href = Some(path.to_owned());
                toasts.notify(path.to_owned(), title, text, "bell", href);
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
