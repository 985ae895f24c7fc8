//! Row of one notification: its text and time, and buttons to read, delete or answer it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{entries::ListEntry, kind_icon};
use crate::shared::{
    notifications::{kinds::NotificationKind, text::NotificationText},
    orders::{card::OrderCard, workflow::Status},
};
use crate::{
    api::notifications::{delete_notification, read_notifications, restore_notification},
    browser::{Live, notifications::message_alert_text, use_live},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, NotificationId},
        sync::inbox::Inbox,
        users::Person,
        values::time::Timestamp,
        words,
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, Icon, LocalTime, SubmitButton, TimeStyle, Toasts,
            forms::form::CommandFuture, reactive_view, use_toasts,
        },
        orders::actions::{ActionSet, OrderActions},
    },
};

/// The content of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RowContent {
    id: NotificationId,
    kind: NotificationKind,
    words: NotificationText,
    person: Option<Person>,
    href: Option<String>,
    at: Option<Timestamp>,
    is_unread: bool,
    /// The conversation whose order can be answered in the row.
    answerable: Option<ConversationId>,
}

impl RowContent {
    fn of(inbox: &Inbox, entry: ListEntry) -> Option<Self> {
        let upto = inbox.notifications.read_upto();
        match entry {
            ListEntry::Notification(id) => {
                let one = inbox.notifications.get(id)?;
                let is_about_person = one.kind == NotificationKind::Message;
                let is_request =
                    matches!(one.event, SystemMessage::Requested { .. } | SystemMessage::Quoted { .. });
                Some(Self {
                    id,
                    kind: one.kind,
                    words: one.text(),
                    person: one.person.clone().filter(|_| is_about_person),
                    href: one.href(),
                    at: Some(one.created_at),
                    is_unread: one.is_unread(upto),
                    answerable: one.conversation.filter(|_| is_request),
                })
            }
            ListEntry::Messages(id) => {
                let row = inbox.get(id)?;
                Some(Self {
                    id: NotificationId(id.0),
                    kind: NotificationKind::Message,
                    words: message_alert_text(row),
                    person: row.avatar(),
                    href: Some(format!("/messages/{id}")),
                    at: row.last_message.as_ref().map(|last| last.created_at),
                    is_unread: row.has_unread_notification(upto),
                    answerable: None,
                })
            }
        }
    }
}

#[component]
pub fn NotificationRow(entry: ListEntry) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let content = Memo::new(move |_| live.inbox.with(|inbox| RowContent::of(inbox, entry)));
    let is_unread =
        Memo::new(move |_| content.with(|content| content.as_ref().is_some_and(|one| one.is_unread)));
    let answerable = Memo::new(move |_| content.with(|content| content.as_ref()?.answerable));
    // Marks a notification as read when it is opened. Messages are read by their thread when it shows them.
    let open = move |_| {
        if let ListEntry::Notification(id) = entry
            && is_unread.get_untracked()
        {
            mark_read(live, toasts, id);
        }
    };
    let main = move || {
        let RowContent { kind, words, person, href, at, .. } = content.get()?;
        let text = view! {
            {match person {
                Some(person) => view! { <Avatar person size=40/> }.into_any(),
                None => view! {
                    <span class=format!("told__sign told__sign--{}", kind.as_str())><Icon name=kind_icon(kind)/></span>
                }.into_any(),
            }}
            <span class="told__text">
                <b dir="auto">{words.title}</b>
                <span dir="auto">{words.text}</span>
            </span>
            <span class="told__time">{at.map(|at| view! { <LocalTime at style=TimeStyle::List/> }.into_any())}</span>
        };
        Some(match href {
            Some(href) => view! { <a class="told__open" href=href on:click=open>{text}</a> }.into_any(),
            None => view! { <div class="told__open">{text}</div> }.into_any(),
        })
    };
    view! {
        <li class="told" class:told--new=move || is_unread.get()>
            {reactive_view(main)}
            <div class="told__acts">
                {reactive_view(move || {
                    let id = content.with(|content| content.as_ref().map(|one| one.id))?;
                    is_unread.get().then(|| view! {
                        <button
                            class="told__dot"
                            type="button"
                            aria-label=words::notification_list_mark_read()
                            title=words::notification_list_mark_read()
                            on:click=move |_| mark_read(live, toasts, id)
                        ></button>
                    }.into_any())
                })}
                {reactive_view(move || {
                    let (id, title) = content.with(|content| content.as_ref().map(|one| (one.id, one.words.title.clone())))?;
                    Some(view! { <DeleteButton id title/> }.into_any())
                })}
            </div>
            {reactive_view(move || answerable.get().map(|id| view! { <AnswerButtons id/> }.into_any()))}
        </li>
    }
}

fn mark_read(live: Live, toasts: Toasts, id: NotificationId) {
    spawn_local(async move {
        if toasts.settle("read-notification", read_notifications(vec![id]).await).is_some() {
            live.refresh();
        }
    });
}

#[component]
fn DeleteButton(id: NotificationId, title: String) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let attempt = Attempt::one_of_many("/rpc/delete_notification");
    let restore = move || {
        spawn_local(async move {
            if toasts.settle("restore-notification", restore_notification(id).await).is_some() {
                live.refresh();
            }
        });
    };
    let send = move |_| -> CommandFuture {
        Box::pin(async move {
            if toasts.settle("delete-notification", delete_notification(id).await).is_some() {
                live.refresh();
                toasts.undoable(words::notification_list_deleted(), Arc::new(restore));
            }
            Ok(String::new())
        })
    };
    let label = words::notification_list_delete(&title);
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="notification_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--icon">
                <Icon name="x"/>
                <span class="visually-hidden">{label}</span>
            </SubmitButton>
        </CommandForm>
    }
}

/// Buttons that answer a request, while it is pending.
#[component]
fn AnswerButtons(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    Effect::new(move |_| live.load_conversation(id));
    let order = Memo::new(move |_| {
        let order = row.with(|row| row.as_ref().and_then(|row| row.subject.order()).cloned());
        order.filter(|order: &OrderCard| order.status == Status::Pending)
    });
    view! { <div class="told__answer"><OrderActions order offer=ActionSet::RequestAnswers/></div> }
}
