//! The push of what is unread in a conversation.

use uuid::Uuid;

use super::{
    delivery::hand_over,
    notice::Notice,
    task::{About, PushTask},
};
use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
            users::quiet_hours,
        },
        store::{
            self, Conn,
            mail::conversations::Unread,
            notifications::totals,
            push::{
                self,
                conversations::{self as pushes, Told},
                subscriptions::{self, Subscription},
            },
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        errors::Result, notifications::kinds::NotificationKind, positions::Seq,
        users::quiet_hours::QuietSettings, values::time::Timestamp, words,
    },
};

/// What is to be told, and to whom.
struct Unheard {
    subscription: Subscription,
    notice: Notice,
    upto: Seq,
}

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    subscription: Uuid,
    unread: Unread,
) -> Result<Attempt> {
    let now = context.clock.now();
    let found = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { unheard(&mut conn, subscription, unread, now).await }))
        .await
        .map_err(failed)?;
    let Some((unheard, quiet)) = found else { return finish(context, task).await };
    if let Some(until) = quiet_hours::end(&quiet, now) {
        return Ok(Attempt::Held { until });
    }
    match hand_over(context, &unheard.subscription, &unheard.notice, true).await? {
        Attempt::Done => {}
        attempt => return Ok(attempt),
    }
    let (task, upto, now) = (task.clone(), unheard.upto, context.clock.now());
    context
        .low_priority_store
        .write_repeatable(move |mut conn| {
            let task = task.clone();
            Box::pin(async move { end(&mut conn, &task, unread, upto, now).await })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}

/// With the quiet hours of whom it is for.
async fn unheard(
    conn: &mut Conn<'_>,
    subscription: Uuid,
    unread: Unread,
    now: Timestamp,
) -> store::Result<Option<(Unheard, QuietSettings)>> {
    let Some(subscription) = subscriptions::get(conn, subscription, now).await? else { return Ok(None) };
    let told = pushes::told(conn, unread).await?.filter(Told::is_unread);
    let Some(told) = told.filter(|_| subscription.user() == unread.user) else { return Ok(None) };
    if !push::kinds(conn, unread.user).await?.has(NotificationKind::Message) {
        return Ok(None);
    }
    let upto = told.noted_seq;
    let Some(last) = pushes::last_text(conn, unread, told.read_upto(), upto).await? else { return Ok(None) };
    let title = match last.count {
        0 | 1 => last.sender_name,
        count => words::push_title_count(count.unsigned_abs(), &last.sender_name),
    };
    let notice = Notice {
        title,
        body: subscription.shows_text().then_some(last.body),
        path: format!("/messages/{}", unread.conversation),
        tag: unread.conversation.to_string(),
        badge: totals::totals(conn, unread.user).await?.0,
        unread: pushes::unread_of(conn, unread.user).await?,
    };
    let quiet = store::users::quiet_hours::get(conn, unread.user).await?;
    Ok(Some((Unheard { subscription, notice, upto }, quiet)))
}

/// Ends the task of a push that has left. If more came meanwhile, another stands in its place: who noted that found this
/// one.
async fn end(
    conn: &mut Conn<'_>,
    task: &Claimed,
    unread: Unread,
    upto: Seq,
    now: Timestamp,
) -> store::Result<()> {
    if tasks::lock(conn, task).await?.is_none() {
        return Ok(());
    }
    let told = pushes::told(conn, unread).await?.filter(Told::is_unread);
    // What nobody has looked at yet gets a task of its own when they do.
    let has_more = told.is_some_and(|told| told.pushed_upto() > upto);
    match has_more {
        true => tasks::replace(conn, Queue::Push, task, &task.body, now, now).await,
        false => tasks::finish(conn, task).await.map(drop),
    }
}

/// The body of a new task.
pub(super) fn task_body(unread: Unread, subscription: Uuid) -> String {
    let Unread { conversation, user } = unread;
    PushTask { subscription, about: About::Conversation { conversation, user } }.to_body()
}
