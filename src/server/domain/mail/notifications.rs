//! The mail of a single notification: a step of an order, an invitation, what happened to an account.

use super::{
    delivery::hand_over,
    digest,
    letter::{Letter, Part},
};
use crate::{
    server::{
        auth::link_tokens::LinkPurpose,
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
            users::availability::quiet_hours,
        },
        store::{
            mail::{
                addresses::{self, Addressee},
                notifications as mails,
            },
            notifications::preferences,
            tasks::Claimed,
        },
    },
    shared::{errors::Result, ids::NotificationId, notifications::Notification, words},
};

pub async fn send(context: &ContextInner, task: &Claimed, id: NotificationId) -> Result<Attempt> {
    let found = context
        .low_priority_store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some((user, notification)) = mails::unread(&mut conn, id).await? else { return Ok(None) };
                let wanted = preferences::get(&mut conn, user).await?.mail;
                let addressee = addresses::get(&mut conn, user).await?.filter(Addressee::takes_mail);
                Ok(addressee
                    .filter(|_| wanted.has(notification.kind))
                    .map(|addressee| (addressee, notification)))
            })
        })
        .await
        .map_err(failed)?;
    if let Some((addressee, _)) = &found
        && let Some(until) = quiet_hours::quiet_until(context, addressee.user()).await?
    {
        return digest::hold(context, task, addressee.user(), Some(id), until).await;
    }
    if let Some((addressee, notification)) = found
        && let Err(attempt) = hand_over(context, &letter(context, addressee, &notification)).await
    {
        return Ok(attempt);
    }
    finish(context, task).await
}

fn letter(context: &ContextInner, to: Addressee, notification: &Notification) -> Letter {
    let text = notification.text();
    let code = notification.order_code.map(|code| code.to_string());
    let about: Vec<_> = [text.text].into_iter().chain(code.clone()).filter(|line| !line.is_empty()).collect();
    let subject = match notification.subject.as_str() {
        "" => text.title.clone(),
        subject => words::mail_notification_subject(subject, &text.title),
    };
    Letter {
        to,
        sender: notification.person.as_ref().map(|person| person.name.clone()),
        subject,
        heading: text.title,
        parts: vec![Part::About(about)],
        button: (
            words::mail_notification_button().to_owned(),
            notification.own_path().unwrap_or_else(|| "/notifications".to_owned()),
        ),
        why: words::mail_notification_why(notification.kind.label(), &context.site_name()),
        message_id: format!("notification.{}", notification.id.0),
        thread: code.map(|code| format!("order.{code}")),
        conversation: None,
        unsubscribe: Some(LinkPurpose::Unsubscribe { kind: notification.kind, conversation: None }),
    }
}
