//! The mail that says why a reply did not become a message: a line and a link, at most one a day for a conversation. It goes
//! to the account's own address, whoever wrote.

use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            mail::{
                delivery::hand_over,
                letter::{Letter, Part},
                task::{MailTask, RefusalReason},
            },
            tasks::{Attempt, finish},
        },
        store::{
            mail::{
                addresses::{self, Addressee},
                return_addresses::{self, ReturnAddress},
            },
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        errors::Result,
        ids::{ConversationId, UserId},
        words,
    },
};

/// Inserts the task of the mail, unless the user was told within a day.
pub async fn tell(
    context: &ContextInner,
    address: ReturnAddress,
    conversation: ConversationId,
    reason: RefusalReason,
) -> Result<()> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !return_addresses::note_refusal(&mut conn, &address, now).await? {
                    return Ok(());
                }
                let user = address.user;
                let body = MailTask::Refusal { conversation, user, reason }.to_body();
                let key = format!("refusal {} {}", conversation.0, user.0);
                tasks::insert(&mut conn, Queue::Mail, &key, &body, now, now).await.map(drop)
            })
        })
        .await
        .map_err(failed)
}

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    conversation: ConversationId,
    user: UserId,
    reason: RefusalReason,
) -> Result<Attempt> {
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::get(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    if let Some(to) = addressee.filter(Addressee::takes_mail) {
        let letter = letter(context, to, task, conversation, reason);
        if let Err(attempt) = hand_over(context, &letter).await {
            return Ok(attempt);
        }
    }
    finish(context, task).await
}

fn letter(
    context: &ContextInner,
    to: Addressee,
    task: &Claimed,
    conversation: ConversationId,
    reason: RefusalReason,
) -> Letter {
    let text = match reason {
        RefusalReason::OtherSender => words::mail_refusal_other_sender(&to.email),
        RefusalReason::Empty => words::mail_refusal_empty().to_owned(),
        RefusalReason::TooLong => words::mail_refusal_too_long().to_owned(),
        RefusalReason::Repeated => words::mail_refusal_repeated().to_owned(),
        RefusalReason::Closed => words::mail_refusal_closed().to_owned(),
    };
    let (id, user) = (conversation.0, to.user());
    Letter {
        sender: None,
        subject: words::mail_refusal_subject(&context.site_name()),
        heading: words::mail_refusal_heading().to_owned(),
        parts: vec![Part::Text(text)],
        button: (words::mail_unread_button().to_owned(), format!("/messages/{id}")),
        why: words::mail_refusal_why().to_owned(),
        message_id: format!("refusal.{}", task.id),
        thread: Some(format!("{id}.{}", user.0)),
        unsubscribe: None,
        conversation: None,
        to,
    }
}
