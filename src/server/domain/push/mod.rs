//! Web push: a browser whose tabs are closed is told of what stays unread, of mentions, steps of orders and invitations.
//! Every push to a browser is a task, and what it says is read just before it leaves, so nothing is pushed that was read,
//! deleted, muted or left meanwhile.
//!
//! A push that leaves twice replaces itself: both have the same tag.

pub mod away;
mod conversations;
mod delivery;
mod notice;
mod notifications;
pub mod subscriptions;
mod task;

use futures::future::BoxFuture;
use uuid::Uuid;

use super::{failed, tasks::Attempt};
use crate::{
    server::{
        context::ContextInner,
        store::{mail::conversations::Unread, tasks::Claimed, users::language},
    },
    shared::words,
};
use task::{About, PushTask};

/// The handler of this queue's tasks.
pub fn handler<'a>(context: &'a ContextInner, task: &'a Claimed) -> BoxFuture<'a, Attempt> {
    Box::pin(send(context, task))
}

/// Sends the push of a task, if there is still a reason for it.
async fn send(context: &ContextInner, task: &Claimed) -> Attempt {
    let Ok(PushTask { subscription, about }) = serde_json::from_str(&task.body) else {
        return Attempt::Impossible("this version does not know such a task".to_owned());
    };
    let language = context
        .low_priority_store
        .read_one(move |mut conn| {
            Box::pin(async move { language::of_subscription(&mut conn, subscription).await })
        })
        .await;
    let language = match language.map_err(failed) {
        Ok(language) => language,
        Err(error) => return Attempt::Failed(error.message),
    };
    words::speaking(language, write(context, task, subscription, about)).await
}

async fn write(context: &ContextInner, task: &Claimed, subscription: Uuid, about: About) -> Attempt {
    let sent = match about {
        About::Conversation { conversation, user } => {
            conversations::send(context, task, subscription, Unread { conversation, user }).await
        }
        About::Notification(id) => notifications::send(context, task, subscription, id).await,
    };
    sent.unwrap_or_else(|error| Attempt::Failed(error.message))
}
