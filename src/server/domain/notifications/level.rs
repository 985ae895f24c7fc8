//! Notification level of one of the viewer's conversations.

use futures::future::BoxFuture;

use crate::{
    server::{
        context::ContextInner,
        domain::{failed, tasks::Attempt},
        store::{
            notifications::level,
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, UserId},
        notifications::level::{ConversationLevel, NotificationLevel},
        users::Viewer,
        values::time::DAY,
        words,
    },
};

/// The longest time for which a conversation is muted, unless it is for good.
const UNTIL_MAX: i64 = 366 * DAY;

/// How much of the conversation the viewer is told of.
pub async fn get(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
) -> Result<ConversationLevel> {
    let user = viewer.id;
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { level::get(&mut conn, user, conversation).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// Sets how much of the conversation the viewer is told of. `until` is a time within a year; `all` has none.
pub async fn set(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    chosen: ConversationLevel,
) -> Result<()> {
    let now = context.clock.now();
    let until = chosen.until.filter(|_| chosen.level != NotificationLevel::All);
    if until.is_some_and(|until| until <= now || until > now.plus(UNTIL_MAX)) {
        return Err(ApiError::invalid("until", words::level_refused_until()));
    }
    context.limits.change(viewer.id)?;
    let (user, chosen) = (viewer.id, ConversationLevel { until, ..chosen });
    let is_set = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { level::set(&mut conn, user, conversation, chosen, now).await })
        })
        .await
        .map_err(failed)?;
    if is_set { Ok(()) } else { Err(ApiError::not_found(Missing::Conversation)) }
}

/// The handler of what ends by itself: the muting of a conversation.
pub fn handler<'a>(context: &'a ContextInner, task: &'a Claimed) -> BoxFuture<'a, Attempt> {
    Box::pin(async move { end(context, task).await.unwrap_or_else(|error| Attempt::Failed(error.message)) })
}

async fn end(context: &ContextInner, task: &Claimed) -> Result<Attempt> {
    let Ok((conversation, user)) = serde_json::from_str::<(ConversationId, UserId)>(&task.body) else {
        return Ok(Attempt::Impossible("this version does not know such a task".to_owned()));
    };
    let (task, now) = (task.clone(), context.clock.now());
    context
        .store
        .write(move |mut conn| {
            let task = task.clone();
            Box::pin(async move {
                match level::end(&mut conn, user, conversation, now).await? {
                    Some(due_at) => {
                        tasks::replace(&mut conn, Queue::Timer, &task, &task.body, due_at, now).await
                    }
                    None => tasks::finish(&mut conn, &task).await.map(drop),
                }
            })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}
