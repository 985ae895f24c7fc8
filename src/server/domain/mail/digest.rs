//! The mail of what was held in quiet hours: conversations with something unread, and notifications, as one.

use super::{
    delivery::hand_over,
    letter::{Letter, Part},
    task::MailTask,
};
use crate::{
    server::{
        auth::link_tokens::LinkPurpose,
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
        },
        store::{
            self, Conn,
            conversations::summary,
            mail::{
                addresses::{self, Addressee},
                conversations::{self as mails, MailedMessage, Unread},
                notifications as mailed_notifications,
            },
            notifications::preferences,
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        conversations::Conversation,
        errors::Result,
        ids::{NotificationId, UserId},
        notifications::{Notification, kinds::NotificationKind},
        positions::Seq,
        values::time::Timestamp,
        words,
    },
};

/// Conversations that it shows. Those beyond are mailed by themselves.
const CONVERSATIONS_MAX: i64 = 20;
/// Notifications that it shows.
const NOTIFICATIONS_MAX: usize = 50;
/// Messages that it shows of one conversation.
const MESSAGES_SHOWN: usize = 3;

/// What was held.
struct Held {
    addressee: Addressee,
    conversations: Vec<HeldConversation>,
    notifications: Vec<Notification>,
}

struct HeldConversation {
    conversation: Conversation,
    messages: Vec<MailedMessage>,
    count: i64,
    upto: Seq,
}

/// Puts the mail of what is held in place of a task that is due in the user's quiet hours: of a notification, or of
/// something unread, which is looked for anyway.
pub async fn hold(
    context: &ContextInner,
    task: &Claimed,
    user: UserId,
    notification: Option<NotificationId>,
    until: Timestamp,
) -> Result<Attempt> {
    let (task, now) = (task.clone(), context.clock.now());
    context
        .low_priority_store
        .write(move |mut conn| {
            let task = task.clone();
            Box::pin(async move {
                if tasks::finish(&mut conn, &task).await? {
                    add(&mut conn, user, notification, until, now).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}

/// Adds to the mail of what is held, or begins one.
async fn add(
    conn: &mut Conn<'_>,
    user: UserId,
    notification: Option<NotificationId>,
    until: Timestamp,
    now: Timestamp,
) -> store::Result<()> {
    let key = format!("digest {}", user.0);
    let body = tasks::body(conn, Queue::Mail, &key).await?;
    let mut notifications = match body.and_then(|body| serde_json::from_str(&body).ok()) {
        Some(MailTask::Digest { notifications, .. }) => notifications,
        _ => Vec::new(),
    };
    if notifications.len() < NOTIFICATIONS_MAX {
        notifications.extend(notification);
    }
    let body = MailTask::Digest { user, notifications }.to_body();
    tasks::put(conn, Queue::Mail, &key, &body, until, now).await
}

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    user: UserId,
    notifications: Vec<NotificationId>,
) -> Result<Attempt> {
    let held = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { held(&mut conn, user, notifications).await }))
        .await
        .map_err(failed)?;
    let Some(held) = held else { return finish(context, task).await };
    if let Err(attempt) = hand_over(context, &letter(context, &held, task)).await {
        return Ok(attempt);
    }
    let (task, now) = (task.clone(), context.clock.now());
    let told: Vec<_> = held
        .conversations
        .iter()
        .map(|held| (Unread { conversation: held.conversation.id, user }, held.upto))
        .collect();
    context
        .low_priority_store
        .write(move |mut conn| {
            let (task, told) = (task.clone(), told.clone());
            Box::pin(async move {
                for (unread, upto) in told {
                    // What came meanwhile is found by the next look.
                    mails::set_mailed(&mut conn, unread, upto, now).await?;
                }
                tasks::finish(&mut conn, &task).await.map(drop)
            })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}

/// What is still to be told. `None` for nothing.
async fn held(conn: &mut Conn<'_>, user: UserId, ids: Vec<NotificationId>) -> store::Result<Option<Held>> {
    let Some(addressee) = addresses::get(conn, user).await?.filter(Addressee::takes_mail) else {
        return Ok(None);
    };
    let wanted = preferences::get(conn, user).await?.mail;
    let mut conversations = Vec::new();
    if wanted.has(NotificationKind::Message) {
        for unread in mails::of_user(conn, user, CONVERSATIONS_MAX).await? {
            let Some(told) = mails::told(conn, unread).await?.filter(mails::Told::has_more) else { continue };
            let (messages, count) = mails::messages(conn, unread, told.told_seq(), told.noted_seq).await?;
            let summary = summary::get(conn, user, unread.conversation).await?;
            conversations.extend(summary.filter(|_| count > 0).map(|conversation| HeldConversation {
                conversation,
                messages,
                count,
                upto: told.noted_seq,
            }));
        }
    }
    let mut notifications = Vec::new();
    for id in ids {
        let unread = mailed_notifications::unread(conn, id).await?.map(|(_, notification)| notification);
        notifications.extend(unread.filter(|notification| wanted.has(notification.kind)));
    }
    let is_empty = conversations.is_empty() && notifications.is_empty();
    Ok((!is_empty).then_some(Held { addressee, conversations, notifications }))
}

fn letter(context: &ContextInner, held: &Held, task: &Claimed) -> Letter {
    let Held { addressee, conversations, notifications } = held;
    let mut parts = Vec::new();
    for notification in notifications {
        let text = notification.text();
        parts
            .push(Part::About([text.title, text.text].into_iter().filter(|line| !line.is_empty()).collect()));
    }
    for HeldConversation { conversation, messages, count, .. } in conversations {
        let (names, title) = (conversation.names(), conversation.subject.title());
        let title = match (names.as_str(), title) {
            (_, "") => names,
            ("", title) => title.to_owned(),
            (names, title) => words::mail_digest_conversation(names, title),
        };
        parts.push(match conversation.subject.listing() {
            Some(listing) => Part::Listing(listing.id, vec![title]),
            None => Part::About(vec![title]),
        });
        let shown = if context.config.mail.mail_without_text { 0 } else { MESSAGES_SHOWN };
        parts.extend(messages.iter().take(shown).map(|message| Part::Message {
            name: message.sender_name.clone(),
            at: Timestamp(message.created_at),
            text: message.body.clone(),
            is_edited: message.is_edited,
        }));
        let hidden = count - messages.len().min(shown) as i64;
        if hidden > 0 {
            let count = hidden.unsigned_abs();
            parts.push(Part::Text(match shown {
                0 => words::mail_digest_new(count),
                _ => words::mail_unread_more(count),
            }));
        }
    }
    let messages: i64 = conversations.iter().map(|held| held.count).sum();
    let heading = match messages.unsigned_abs() {
        0 => words::mail_digest_heading().to_owned(),
        count => words::mail_digest_heading_count(count),
    };
    Letter {
        to: addressee.clone(),
        sender: None,
        subject: words::mail_digest_subject(&context.site_name()),
        heading,
        parts,
        button: (words::mail_digest_button().to_owned(), "/messages".to_owned()),
        why: words::mail_digest_why().to_owned(),
        message_id: format!("digest.{}", task.id),
        thread: None,
        conversation: None,
        unsubscribe: Some(LinkPurpose::Unsubscribe { kind: NotificationKind::Message, conversation: None }),
    }
}
