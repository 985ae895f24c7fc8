//! Mail: who is away is told by mail of what stays unread, of steps of orders and of invitations. Every mail is a task,
//! and what it says is read just before it leaves, so nothing is mailed that was read, deleted, muted or left meanwhile.
//!
//! A second copy can only come of a server that dies between the mail server's answer and its own commit. It has the same
//! `Message-ID`, because what it tells of is kept before it is sent.

pub mod accounts;
pub mod addresses;
pub mod away;
mod bounces;
mod conversations;
mod delivery;
mod digest;
pub mod incoming;
mod layout;
mod letter;
pub(super) mod links;
mod notifications;
pub mod task;
pub mod unsubscribe;

use futures::future::BoxFuture;

use super::{failed, tasks::Attempt};
use crate::{
    server::{
        context::ContextInner,
        store::{mail::conversations::Unread, tasks::Claimed, users::language},
    },
    shared::{
        errors::Result,
        words::{self, Language},
    },
};
use incoming::refusals;
use task::{MailTask, Reader};

/// The handler of this queue's tasks.
pub fn handler<'a>(context: &'a ContextInner, task: &'a Claimed) -> BoxFuture<'a, Attempt> {
    Box::pin(send(context, task))
}

/// Sends the mail of a task, if there is still a reason for it.
async fn send(context: &ContextInner, task: &Claimed) -> Attempt {
    let Ok(mail) = serde_json::from_str(&task.body) else {
        return Attempt::Impossible("this version does not know such a task".to_owned());
    };
    let language = match language_of(context, &mail).await {
        Ok(language) => language,
        Err(error) => return Attempt::Failed(error.message),
    };
    words::speaking(language, write(context, task, mail)).await
}

/// The language of whom the mail is for.
async fn language_of(context: &ContextInner, mail: &MailTask) -> Result<Language> {
    let of = mail.reader();
    context
        .low_priority_store
        .read_one(move |mut conn| {
            Box::pin(async move {
                match of {
                    Reader::Of(language) => Ok(language),
                    Reader::User(user) => language::of_user(&mut conn, user).await,
                    Reader::OfAddress(address) => language::of_address(&mut conn, &address).await,
                    Reader::OfNotification(id) => language::of_notification(&mut conn, id).await,
                }
            })
        })
        .await
        .map_err(failed)
}

async fn write(context: &ContextInner, task: &Claimed, mail: MailTask) -> Attempt {
    let sent = match mail {
        MailTask::Conversation { conversation, user, .. } => {
            conversations::send(context, task, Unread { conversation, user }).await
        }
        MailTask::Notification(id) => notifications::send(context, task, id).await,
        MailTask::ConfirmAddress(user) => addresses::send(context, task, user).await,
        MailTask::AddressChanged(user) => accounts::address_change::send(context, task, user).await,
        MailTask::Security { user, event, detail } => {
            accounts::security::send(context, task, user, (event, &detail)).await
        }
        MailTask::ResetPassword { address } => accounts::password_reset::send(context, task, &address).await,
        MailTask::AccountClosed { user, name, address, .. } => {
            accounts::closed::send(context, task, user, (&name, &address)).await
        }
        MailTask::Digest { user, notifications } => digest::send(context, task, user, notifications).await,
        MailTask::Refusal { conversation, user, reason } => {
            refusals::send(context, task, conversation, user, reason).await
        }
    };
    sent.unwrap_or_else(|error| Attempt::Failed(error.message))
}
