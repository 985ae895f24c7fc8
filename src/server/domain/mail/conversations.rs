//! The mail of what is unread in a conversation.

use super::{
    delivery::hand_over,
    digest,
    letter::{Letter, Part},
    task::MailTask,
};
use crate::{
    server::{
        auth::link_tokens::LinkPurpose,
        context::ContextInner,
        domain::{failed, tasks::Attempt, users::availability::quiet_hours},
        faults,
        store::{
            self, Conn, conversations,
            mail::{
                addresses::{self, Addressee},
                conversations::{self as mails, MailedMessage, Unread},
            },
            notifications::preferences,
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        conversations::{Conversation, subject::Subject},
        errors::Result,
        notifications::kinds::NotificationKind,
        positions::Seq,
        values::time::Timestamp,
        words,
    },
};

/// What is to be told.
struct Unheard {
    addressee: Addressee,
    conversation: Conversation,
    messages: Vec<MailedMessage>,
    /// With those that the mail does not show.
    count: i64,
    upto: Seq,
}

/// What was found before a mail is written.
enum Prepared {
    Mail(Box<Unheard>),
    Nothing,
    Quiet { until: Timestamp },
}

pub async fn send(context: &ContextInner, task: &Claimed, unread: Unread) -> Result<Attempt> {
    let (claimed, now) = (task.clone(), context.clock.now());
    let prepared = context
        .low_priority_store
        .write(move |mut conn| {
            let task = claimed.clone();
            Box::pin(async move {
                let quiet = store::users::quiet_hours::get(&mut conn, unread.user).await?;
                match quiet_hours::end(&quiet, now) {
                    Some(until) => Ok(Prepared::Quiet { until }),
                    None => Ok(prepare(&mut conn, &task, unread)
                        .await?
                        .map_or(Prepared::Nothing, |mail| Prepared::Mail(mail.into()))),
                }
            })
        })
        .await
        .map_err(failed)?;
    let unheard = match prepared {
        Prepared::Mail(unheard) => unheard,
        Prepared::Nothing => return Ok(Attempt::Done),
        Prepared::Quiet { until } => return digest::hold(context, task, unread.user, None, until).await,
    };
    if let Err(attempt) = hand_over(context, &letter(context, &unheard, unread)).await {
        return Ok(attempt);
    }
    faults::die("after_mail_was_taken");
    let (task, upto, now) = (task.clone(), unheard.upto, context.clock.now());
    context
        .low_priority_store
        .write_repeatable(move |mut conn| {
            let task = task.clone();
            Box::pin(async move { finish(&mut conn, &task, unread, upto, now).await })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}

/// Reads what is to be told, and keeps up to where, so that another attempt is the same mail. `None` once there is
/// nothing, and the task is deleted.
async fn prepare(conn: &mut Conn<'_>, task: &Claimed, unread: Unread) -> store::Result<Option<Unheard>> {
    let Some(body) = tasks::lock(conn, task).await? else { return Ok(None) };
    let fixed = match serde_json::from_str(&body) {
        Ok(MailTask::Conversation { upto, .. }) => upto,
        _ => None,
    };
    let unheard = unheard(conn, unread, fixed).await?;
    match &unheard {
        None => {
            tasks::finish(conn, task).await?;
        }
        Some(unheard) => {
            let Unread { conversation, user } = unread;
            let body = MailTask::Conversation { conversation, user, upto: Some(unheard.upto) }.to_body();
            tasks::set_body(conn, task, &body).await?;
        }
    }
    if unheard.is_some() && faults::is("task_deleted_before_answer") {
        tasks::finish(conn, task).await?;
    }
    Ok(unheard)
}

async fn unheard(conn: &mut Conn<'_>, unread: Unread, fixed: Option<Seq>) -> store::Result<Option<Unheard>> {
    let Some(told) = mails::told(conn, unread).await?.filter(mails::Told::has_more) else { return Ok(None) };
    let Some(addressee) = addresses::get(conn, unread.user).await?.filter(Addressee::takes_mail) else {
        return Ok(None);
    };
    if !preferences::get(conn, unread.user).await?.mail.has(NotificationKind::Message) {
        return Ok(None);
    }
    let upto = fixed.unwrap_or(told.noted_seq);
    let (messages, count) = mails::messages(conn, unread, told.told_seq(), upto).await?;
    let conversation = conversations::summary::get(conn, unread.user, unread.conversation).await?;
    Ok(conversation.filter(|_| !messages.is_empty()).map(|conversation| Unheard {
        addressee,
        conversation,
        messages,
        count,
        upto,
    }))
}

/// Keeps that the mail has left. What came meanwhile has its turn later, with the same task.
async fn finish(
    conn: &mut Conn<'_>,
    task: &Claimed,
    unread: Unread,
    upto: Seq,
    now: Timestamp,
) -> store::Result<()> {
    if tasks::lock(conn, task).await?.is_none() {
        return Ok(());
    }
    match mails::set_mailed(conn, unread, upto, now).await? {
        Some(next_at) => tasks::replace(conn, Queue::Mail, task, &task_body(unread), next_at, now).await,
        None => tasks::finish(conn, task).await.map(drop),
    }
}

/// The body of a new task.
pub(super) fn task_body(unread: Unread) -> String {
    MailTask::Conversation { conversation: unread.conversation, user: unread.user, upto: None }.to_body()
}

fn letter(context: &ContextInner, unheard: &Unheard, unread: Unread) -> Letter {
    let Unheard { addressee, conversation, messages, count, upto } = unheard;
    let names = conversation.names();
    let sender = messages.last().map_or(names.as_str(), |message| message.sender_name.as_str());
    let title = conversation.subject.title();
    let subject = if title.is_empty() { names.clone() } else { words::mail_unread_subject(&names, title) };
    let heading = match count {
        1 => words::mail_unread_wrote(sender),
        count => words::mail_unread_count(count.unsigned_abs(), &names),
    };
    let mut parts = vec![about(&conversation.subject)];
    let shown = if context.config.mail.mail_without_text { &[] } else { &messages[..] };
    parts.extend(shown.iter().map(|message| Part::Message {
        name: message.sender_name.clone(),
        at: Timestamp(message.created_at),
        text: message.body.clone(),
        is_edited: message.is_edited,
    }));
    let hidden = count - messages.len() as i64;
    if hidden > 0 && !shown.is_empty() {
        parts.push(Part::Text(words::mail_unread_more(hidden.unsigned_abs())));
    }
    let id = unread.conversation.0;
    let kind = NotificationKind::Message;
    Letter {
        to: addressee.clone(),
        sender: Some(sender.to_owned()),
        subject,
        heading,
        parts,
        button: (words::mail_unread_button().to_owned(), format!("/messages/{id}")),
        why: words::mail_unread_why(&context.site_name()),
        message_id: format!("{id}.{upto}.{}", unread.user.0),
        thread: Some(format!("{id}.{}", unread.user.0)),
        conversation: Some(unread.conversation),
        unsubscribe: Some(LinkPurpose::Unsubscribe { kind, conversation: Some(unread.conversation) }),
    }
}

/// The listing or order that a conversation is about, in a line or two, with its picture.
fn about(subject: &Subject) -> Part {
    let lines = match subject {
        Subject::Listing { listing } => vec![listing.title.clone(), listing.place.clone()],
        Subject::Order { order } => {
            vec![order.title.clone(), words::mail_unread_order(&order.code.to_string(), &order.facts())]
        }
        Subject::Room { .. } | Subject::Unknown => Vec::new(),
    };
    let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
    match subject.listing() {
        Some(listing) => Part::Listing(listing.id, lines),
        None => Part::About(lines),
    }
}
