//! The push of a single notification: a mention, a step of an order, an invitation, what happened to an account.

use uuid::Uuid;

use super::{delivery::hand_over, notice::Notice};
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
            mail::notifications as mails,
            notifications::totals,
            push::{
                self, conversations as pushes,
                subscriptions::{self, Subscription},
            },
            tasks::Claimed,
        },
    },
    shared::{
        errors::Result,
        ids::{ConversationId, NotificationId},
        notifications::{Notification, kinds::NotificationKind},
        values::time::Timestamp,
    },
};

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    subscription: Uuid,
    id: NotificationId,
) -> Result<Attempt> {
    let now = context.clock.now();
    let found = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { unheard(&mut conn, subscription, id, now).await }))
        .await
        .map_err(failed)?;
    let Some((subscription, notice, kind)) = found else { return finish(context, task).await };
    if let Some(until) = quiet_hours::quiet_until(context, subscription.user()).await? {
        return Ok(Attempt::Held { until });
    }
    let is_urgent = !matches!(kind, NotificationKind::Promotion | NotificationKind::System);
    match hand_over(context, &subscription, &notice, is_urgent).await? {
        Attempt::Done => finish(context, task).await,
        attempt => Ok(attempt),
    }
}

async fn unheard(
    conn: &mut Conn<'_>,
    subscription: Uuid,
    id: NotificationId,
    now: Timestamp,
) -> store::Result<Option<(Subscription, Notice, NotificationKind)>> {
    let Some(subscription) = subscriptions::get(conn, subscription, now).await? else { return Ok(None) };
    let Some((user, notification)) = mails::unread(conn, id).await? else { return Ok(None) };
    let kind = notification.kind;
    if user != subscription.user() || !push::kinds(conn, user).await?.has(kind) {
        return Ok(None);
    }
    let badge = totals::totals(conn, user).await?.0;
    let unread = pushes::unread_of(conn, user).await?;
    let shows_text = subscription.shows_text();
    Ok(Some((subscription, notice(&notification, shows_text, badge, unread), kind)))
}

fn notice(
    notification: &Notification,
    shows_text: bool,
    badge: i64,
    unread: Option<Vec<ConversationId>>,
) -> Notice {
    let text = notification.text();
    let tag = match notification.conversation {
        Some(conversation) => conversation.to_string(),
        None => notification.id.to_string(),
    };
    Notice {
        title: text.title,
        body: shows_text.then_some(text.text),
        path: notification.own_path().unwrap_or_else(|| "/notifications".to_owned()),
        tag,
        badge,
        unread,
    }
}
