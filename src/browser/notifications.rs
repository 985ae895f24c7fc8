//! Telling the viewer of something: by a toast where he looks, by a sound and by the browser itself
//! where he doesn't. What he has before his eyes is told by itself.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{NotificationOptions, NotificationPermission};

use super::{Live, environment};
use crate::shared::positions::SyncSeq;
use crate::shared::{
    conversations::update::ConversationUpdate,
    notifications::{kinds::NotificationKind, preferences::Preferences, text::NotificationText},
};
use crate::{
    api::notifications::choose_notifications,
    shared::{
        conversations::Conversation, errors::Result, ids::ConversationId, messages::MessageKind,
        notifications::Notification, sync::changes::Change, system_messages::SystemMessage,
    },
};

/// Something that has just come and is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub kind: NotificationKind,
    /// A newer one with the same key takes its place.
    pub key: String,
    pub words: NotificationText,
    pub href: Option<String>,
    conversation: Option<ConversationId>,
}

impl Live {
    /// Unread notifications of the kinds that are wanted in the app.
    pub fn bell(self) -> Signal<i64> {
        let count = move || self.inbox.with(|inbox| inbox.bell.unread(self.choices.get().app));
        Memo::new(move |_| count()).into()
    }

    /// Tells of what a change has brought since `before`.
    pub(super) fn tell_viewer(self, change: &Change, before: SyncSeq) {
        let since = before.max(self.first_head);
        let choices = self.choices.get_untracked();
        let read_upto = change.notifications.totals.read_upto;
        let items = change.notifications.items.iter();
        let items = items.filter(|item| item.raised > since && item.is_unread(read_upto)).map(Heard::of);
        let rows = change.conversations.iter().filter_map(|news| match news {
            ConversationUpdate::Active(row) => Some(&**row),
            ConversationUpdate::Left { .. } => None,
        });
        let rows = rows.filter(|row| row.noted > since && row.is_noted(read_upto)).map(Heard::of_messages);
        let mut heard: Vec<_> = items.chain(rows).collect();
        if environment::is_attended() {
            heard.retain(|heard| {
                let is_seen = heard.conversation.is_some_and(|id| self.is_on_screen(id));
                choices.app.has(heard.kind) && !is_seen
            });
            if !heard.is_empty() {
                self.heard.set(heard);
            }
        } else if self.leads() && !self.is_attended_anywhere() {
            if heard.iter().any(|heard| choices.sound.has(heard.kind)) {
                self.ring();
            }
            heard.iter().filter(|heard| choices.browser.has(heard.kind)).for_each(Heard::show_by_browser);
        }
    }

    /// Changes how the viewer wants to be told. What the server refuses is as it was.
    pub async fn choose(self, choices: Preferences) -> Result<()> {
        let before = self.choices.get_untracked();
        self.choices.set(choices);
        let words = [choices.app, choices.sound, choices.browser].map(|kinds| kinds.to_words());
        let [app, sound, browser] = words;
        let done = choose_notifications(app, sound, browser).await;
        if done.is_err() {
            self.choices.try_set(before);
        }
        done
    }
}

impl Heard {
    fn of(item: &Notification) -> Self {
        Self {
            kind: item.kind,
            key: item.id.to_string(),
            words: item.words(),
            href: item.href(),
            conversation: item.conversation,
        }
    }

    fn of_messages(row: &Conversation) -> Self {
        Self {
            kind: NotificationKind::Message,
            key: row.id.to_string(),
            words: words_of(row),
            href: Some(format!("/messages/{}", row.id)),
            conversation: Some(row.id),
        }
    }

    /// By the browser, outside of the page. Where it refuses there is nothing to be done: the bell
    /// tells the same.
    fn show_by_browser(&self) {
        if permission() != Permission::Granted {
            return;
        }
        let options = NotificationOptions::new();
        options.set_body(&self.words.text);
        options.set_tag(&self.key);
        let Ok(shown) = web_sys::Notification::new_with_options(&self.words.title, &options) else { return };
        let (href, own) = (self.href.clone(), shown.clone());
        let pressed = Closure::once_into_js(move || {
            own.close();
            if window().focus().is_ok()
                && let Some(href) = href
            {
                environment::load(&href);
            }
        });
        shown.set_onclick(Some(pressed.unchecked_ref()));
    }
}

/// How new messages of a conversation are told of: one by its words, several by their number.
pub fn words_of(row: &Conversation) -> NotificationText {
    let title = row.names();
    let last = row.last_message.as_ref().filter(|last| !last.is_deleted);
    let said = last.and_then(|last| match last.kind {
        MessageKind::Text => Some(last.text.clone()),
        _ => match SystemMessage::read(&last.text) {
            SystemMessage::Note { text } => Some(text),
            _ => None,
        },
    });
    let text = match (row.unread, said) {
        (0 | 1, Some(said)) => said,
        (0, None) => row.subject.title().to_owned(),
        (1, None) => "1 new message".to_owned(),
        (count, _) => format!("{count} new messages"),
    };
    NotificationText { title, text }
}

/// Whether the browser itself may tell of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Nobody has been asked.
    Open,
    Granted,
    /// Refused, or this browser can't.
    Refused,
}

pub fn permission() -> Permission {
    if !js_sys::Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return Permission::Refused;
    }
    match web_sys::Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Default => Permission::Open,
        _ => Permission::Refused,
    }
}

/// Asks for it, which only a person's own wish may cause. Says whether it is granted now.
pub fn ask_permission(answered: impl FnOnce(bool) + 'static) {
    if permission() != Permission::Open {
        return answered(permission() == Permission::Granted);
    }
    let Ok(asking) = web_sys::Notification::request_permission() else { return answered(false) };
    spawn_local(async move {
        JsFuture::from(asking).await.ok();
        answered(permission() == Permission::Granted);
    });
}
