//! One notification: what happened, when, and what can be done about it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{icon_of, list::Entry};
use crate::shared::{
    notifications::{kinds::NotificationKind, text::NotificationText},
    orders::{card::OrderCard, workflow::Status},
};
use crate::{
    api::notifications::{delete_notification, read_notifications, restore_notification},
    browser::{Live, notifications::words_of, use_live},
    shared::{
        ids::{ConversationId, NotificationId},
        sync::inbox::Inbox,
        system_messages::SystemMessage,
        users::Person,
        values::time::Timestamp,
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, Icon, Moment, MomentStyle, SubmitButton, Toasts, changing,
            forms::form::Sending, use_toasts,
        },
        orders::actions::{Offer, OrderActions},
    },
};

/// How a line is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    id: NotificationId,
    kind: NotificationKind,
    words: NotificationText,
    person: Option<Person>,
    href: Option<String>,
    at: Option<Timestamp>,
    is_unread: bool,
    /// Whose order can be answered right here.
    asks: Option<ConversationId>,
}

impl Shown {
    fn of(inbox: &Inbox, entry: Entry) -> Option<Self> {
        let upto = inbox.bell.read_upto();
        match entry {
            Entry::Own(id) => {
                let one = inbox.bell.get(id)?;
                let is_about_person = one.kind == NotificationKind::Message;
                let asks =
                    matches!(one.event, SystemMessage::Requested { .. } | SystemMessage::Quoted { .. });
                Some(Self {
                    id,
                    kind: one.kind,
                    words: one.words(),
                    person: one.person.clone().filter(|_| is_about_person),
                    href: one.href(),
                    at: Some(one.created_at),
                    is_unread: one.is_unread(upto),
                    asks: one.conversation.filter(|_| asks),
                })
            }
            Entry::Messages(id) => {
                let row = inbox.get(id)?;
                Some(Self {
                    id: NotificationId(id.0),
                    kind: NotificationKind::Message,
                    words: words_of(row),
                    person: row.face(),
                    href: Some(format!("/messages/{id}")),
                    at: row.last_message.as_ref().map(|last| last.created_at),
                    is_unread: row.is_noted(upto),
                    asks: None,
                })
            }
        }
    }
}

#[component]
pub fn Row(entry: Entry) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let shown = Memo::new(move |_| live.inbox.with(|inbox| Shown::of(inbox, entry)));
    let is_unread = Memo::new(move |_| shown.with(|shown| shown.as_ref().is_some_and(|one| one.is_unread)));
    let asks = Memo::new(move |_| shown.with(|shown| shown.as_ref()?.asks));
    // Opening it reads it; of messages, their thread does when it shows them.
    let opened = move |_| {
        if let Entry::Own(id) = entry
            && is_unread.get_untracked()
        {
            read(live, toasts, id);
        }
    };
    let text = move || {
        let Shown { kind, words, person, href, at, .. } = shown.get()?;
        let text = view! {
            {match person {
                Some(person) => view! { <Avatar person size=40/> }.into_any(),
                None => view! {
                    <span class=format!("told__sign told__sign--{}", kind.as_str())><Icon name=icon_of(kind)/></span>
                }.into_any(),
            }}
            <span class="told__text">
                <b dir="auto">{words.title}</b>
                <span dir="auto">{words.text}</span>
            </span>
            <span class="told__time">{at.map(|at| view! { <Moment at style=MomentStyle::List/> }.into_any())}</span>
        };
        Some(match href {
            Some(href) => view! { <a class="told__open" href=href on:click=opened>{text}</a> }.into_any(),
            None => view! { <div class="told__open">{text}</div> }.into_any(),
        })
    };
    view! {
        <li class="told" class:told--new=move || is_unread.get()>
            {changing(text)}
            <div class="told__acts">
                {changing(move || {
                    let id = shown.with(|shown| shown.as_ref().map(|one| one.id))?;
                    is_unread.get().then(|| view! {
                        <button
                            class="told__dot"
                            type="button"
                            aria-label="Mark as read"
                            title="Mark as read"
                            on:click=move |_| read(live, toasts, id)
                        ></button>
                    }.into_any())
                })}
                {changing(move || {
                    let (id, title) = shown.with(|shown| shown.as_ref().map(|one| (one.id, one.words.title.clone())))?;
                    Some(view! { <Delete id title/> }.into_any())
                })}
            </div>
            {changing(move || asks.get().map(|id| view! { <Answer id/> }.into_any()))}
        </li>
    }
}

fn read(live: Live, toasts: Toasts, id: NotificationId) {
    spawn_local(async move {
        match read_notifications(vec![id]).await {
            Ok(()) => live.refresh(),
            Err(error) => toasts.error(error.message),
        }
    });
}

#[component]
fn Delete(id: NotificationId, title: String) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let attempt = Attempt::one_of_many("/rpc/delete_notification");
    let restore = move || {
        spawn_local(async move {
            match restore_notification(id).await {
                Ok(()) => live.refresh(),
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let send = move |_| -> Sending {
        Box::pin(async move {
            match delete_notification(id).await {
                Ok(()) => {
                    live.refresh();
                    toasts.undoable("Notification deleted.", Arc::new(restore));
                }
                Err(error) => toasts.error(error.message),
            }
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="notification_id" value=id.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--icon">
                <Icon name="x"/>
                <span class="visually-hidden">"Delete: "{title}</span>
            </SubmitButton>
        </CommandForm>
    }
}

/// What was asked for can be answered in place, as long as it waits.
#[component]
fn Answer(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    Effect::new(move |_| live.load_conversation(id));
    let order = Memo::new(move |_| {
        let order = row.with(|row| row.as_ref().and_then(|row| row.subject.order()).cloned());
        order.filter(|order: &OrderCard| order.status == Status::Pending)
    });
    view! { <div class="told__answer"><OrderActions order offer=Offer::Replies/></div> }
}
