//! Alerts: a toast where the viewer is looking, else a sound and a browser notification. Messages of an
//! open thread raise none.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, NotificationOptions, NotificationPermission};

use super::{Live, environment, storage::offline};
use crate::shared::positions::SyncSeq;
use crate::shared::{
    conversations::update::ConversationUpdate,
    notifications::{
        kinds::{KindSet, NotificationKind},
        preferences::Preferences,
        text::NotificationText,
    },
};
use crate::{
    api::notifications::choose_notifications,
    shared::{
        conversations::Conversation, conversations::system_messages::SystemMessage, errors::Result,
        ids::ConversationId, messages::MessageKind, notifications::Notification, sync::changes::Change,
        words,
    },
};

/// A new notification or message that the viewer is alerted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub kind: NotificationKind,
    /// A newer alert with the same key replaces this one.
    pub key: String,
    pub text: NotificationText,
    pub href: Option<String>,
    conversation: Option<ConversationId>,
}

impl Live {
    /// Number of unread notifications of the kinds that the viewer wants in the app.
    pub fn unread_notifications(self) -> Signal<i64> {
        let count = move || self.inbox.with(|inbox| inbox.notifications.unread(self.preferences.get().app));
        Memo::new(move |_| count()).into()
    }

    /// Alerts the viewer to everything in `change` that is newer than position `before`.
    pub(super) fn alert_viewer(self, change: &Change, before: SyncSeq) {
        let since = before.max(self.page_head);
        let preferences = self.preferences.get_untracked();
        let read_upto = change.notifications.totals.read_upto;
        let items = change.notifications.items.iter();
        let items = items.filter(|item| item.raised > since && item.is_unread(read_upto)).map(Alert::of);
        let rows = change.conversations.iter().filter_map(|update| match update {
            ConversationUpdate::Active(row) => Some(&**row),
            ConversationUpdate::Left { .. } => None,
        });
        let rows = rows
            .filter(|row| row.noted > since && row.has_unread_notification(read_upto))
            // As it is listed: what was read here meanwhile does not count.
            .map(|row| {
                self.inbox.with_untracked(|inbox| Alert::of_messages(inbox.get(row.id).unwrap_or(row)))
            });
        let read = change.conversations.iter().filter_map(|update| match update {
            ConversationUpdate::Active(row) => (row.unread == 0).then_some(row.id),
            ConversationUpdate::Left { .. } => None,
        });
        if self.is_leader() {
            close_read(read.collect());
        }
        let mut alerts: Vec<_> = items.chain(rows).collect();
        if environment::is_attended() {
            alerts.retain(|alert| {
                let is_seen = alert.conversation.is_some_and(|id| self.is_thread_open(id));
                preferences.app.has(alert.kind) && !is_seen
            });
            if !alerts.is_empty() {
                self.alerts.set(alerts);
            }
        } else if self.is_leader() && !self.is_attended_anywhere() {
            if alerts.iter().any(|alert| preferences.sound.has(alert.kind)) {
                self.play_sound();
            }
            alerts
                .iter()
                .filter(|alert| preferences.browser.has(alert.kind))
                .for_each(Alert::show_by_browser);
        }
    }

    /// Alerts the viewer that a message was refused, unless its conversation is on screen and shows it.
    pub(super) fn alert_not_sent(self, conversation: ConversationId, body: &str) {
        if environment::is_attended() && !self.is_thread_open(conversation) {
            let title = words::notification_not_sent().to_owned();
            self.alerts.set(vec![Alert {
                kind: NotificationKind::Message,
                key: conversation.to_string(),
                text: NotificationText { title, text: body.to_owned() },
                href: Some(format!("/messages/{conversation}")),
                conversation: Some(conversation),
            }]);
        }
    }

    /// Saves the notification preferences. They take effect at once, and are rolled back if the server
    /// refuses.
    pub async fn save_preferences(self, preferences: Preferences) -> Result<()> {
        let before = self.preferences.get_untracked();
        self.preferences.set(preferences);
        let Preferences { app, sound, browser, mail } = preferences;
        let [app, sound, browser, mail] = [app, sound, browser, mail].map(KindSet::to_words);
        let done = choose_notifications(app, sound, browser, Some(mail)).await;
        if done.is_err() {
            self.preferences.try_set(before);
        }
        done
    }
}

impl Alert {
    fn of(item: &Notification) -> Self {
        Self {
            kind: item.kind,
            key: item.id.to_string(),
            text: item.text(),
            href: item.href(),
            conversation: item.conversation,
        }
    }

    fn of_messages(row: &Conversation) -> Self {
        Self {
            kind: NotificationKind::Message,
            key: row.id.to_string(),
            text: message_alert_text(row),
            href: Some(format!("/messages/{}", row.id)),
            conversation: Some(row.id),
        }
    }

    /// Shows a browser notification, in place of an earlier one with the same key, and lets it alert again. It
    /// is shown by the service worker, which outlives the page; phones allow no other. Does nothing without
    /// permission or worker: the bell shows the same.
    fn show_by_browser(&self) {
        if permission() != Permission::Granted {
            return;
        }
        let options = NotificationOptions::new();
        options.set_body(&self.text.text);
        options.set_tag(&self.key);
        options.set_data(&self.href.as_deref().unwrap_or("/").into());
        // Not among the options that web-sys knows.
        let is_set = js_sys::Reflect::set(&options, &"renotify".into(), &true.into());
        debug_assert!(is_set.is_ok());
        let title = self.text.title.clone();
        spawn_local(async move {
            let Some(worker) = offline::registration().await else { return };
            if let Ok(showing) = worker.show_notification_with_options(&title, &options) {
                drop(JsFuture::from(showing).await);
            }
        });
    }
}

/// Closes the browser notifications of conversations that have been read, here or on another device.
fn close_read(conversations: Vec<ConversationId>) {
    if conversations.is_empty() || permission() != Permission::Granted {
        return;
    }
    spawn_local(async move {
        let Some(worker) = offline::registration().await else { return };
        let Ok(getting) = worker.get_notifications() else { return };
        let Ok(shown) = JsFuture::from(getting).await else { return };
        for notification in js_sys::Array::from(&shown).iter().map(web_sys::Notification::from) {
            if notification.tag().is_some_and(|tag| conversations.iter().any(|id| id.to_string() == tag)) {
                notification.close();
            }
        }
    });
}

/// Calls back with the path of a browser notification that was clicked while the app was open.
pub fn on_notification_click(open: impl Fn(&str) + 'static) {
    let Some(workers) = offline::workers() else { return };
    let receive = move |event: MessageEvent| {
        if let Some(path) = event.data().as_string() {
            open(&path);
        }
    };
    workers
        .set_onmessage(Some(Closure::<dyn Fn(MessageEvent)>::new(receive).into_js_value().unchecked_ref()));
}

/// Alert text for new messages of a conversation: a single message's text, or the number of messages.
pub fn message_alert_text(row: &Conversation) -> NotificationText {
    let title = row.names();
    let last = row.last_message.as_ref().filter(|last| !last.is_deleted);
    let body = last.and_then(|last| match last.kind {
        MessageKind::Text => Some(last.text.clone()),
        _ => match SystemMessage::from_body(&last.text) {
            SystemMessage::Note { text } => Some(text),
            _ => None,
        },
    });
    let text = match (row.unread, body) {
        (0 | 1, Some(body)) => body,
        (0, None) => row.subject.title().to_owned(),
        (count, _) => words::notification_new_messages(count.unsigned_abs()),
    };
    NotificationText { title, text }
}

/// Permission for browser notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The viewer has not been asked yet.
    NotAsked,
    Granted,
    /// Refused by the viewer or unsupported by the browser.
    Refused,
}

pub fn permission() -> Permission {
    if !js_sys::Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return Permission::Refused;
    }
    match web_sys::Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Default => Permission::NotAsked,
        _ => Permission::Refused,
    }
}

/// Asks for permission, which browsers allow in an event handler of the viewer only. Calls back with
/// whether it is granted.
pub fn request_permission(answered: impl FnOnce(bool) + 'static) {
    if permission() != Permission::NotAsked {
        return answered(permission() == Permission::Granted);
    }
    let Ok(asking) = web_sys::Notification::request_permission() else { return answered(false) };
    spawn_local(async move {
        JsFuture::from(asking).await.ok();
        answered(permission() == Permission::Granted);
    });
}
