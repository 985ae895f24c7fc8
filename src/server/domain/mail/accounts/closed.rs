//! The mail that an account is closed. It goes to an address that stands nowhere else any more, so its task ends with its last
//! attempt, whatever came of it.

use crate::server::domain::mail::{
    delivery::hand_over,
    letter::{Letter, Part},
    task::MailTask,
};
use crate::{
    server::{
        context::ContextInner,
        domain::tasks::{Attempt, finish},
        store::{
            Conn, Result as StoreResult,
            mail::addresses::Addressee,
            tasks::{self, Claimed, Queue},
            users::personal_data::closing::FormerAddress,
        },
    },
    shared::{errors::Result, ids::UserId, values::time::Timestamp, words},
};

/// Attempts within an hour and a half. Then nobody is told.
const ATTEMPTS_MAX: i64 = 5;

/// Inserts the task in the transaction that closes the account.
pub async fn insert_task(
    conn: &mut Conn<'_>,
    user: UserId,
    former: FormerAddress,
    now: Timestamp,
) -> StoreResult<()> {
    let FormerAddress { name, email, language } = former;
    let body = MailTask::AccountClosed { user, name, address: email, language }.to_body();
    tasks::insert(conn, Queue::Mail, &format!("closed {}", user.0), &body, now, now).await.map(drop)
}

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    user: UserId,
    (name, address): (&str, &str),
) -> Result<Attempt> {
    let to = Addressee::former(user, name.to_owned(), address.to_owned());
    match hand_over(context, &letter(context, to, task)).await {
        Err(attempt @ (Attempt::Failed(_) | Attempt::Later { .. })) if task.attempts < ATTEMPTS_MAX => {
            // A server's answer may name the address; it goes with the task.
            Ok(attempt)
        }
        Err(_) => {
            tracing::warn!(task = %task.id, "nobody was told that an account is closed");
            finish(context, task).await
        }
        Ok(()) => finish(context, task).await,
    }
}

fn letter(context: &ContextInner, to: Addressee, task: &Claimed) -> Letter {
    let site = context.site_name();
    Letter {
        subject: words::mail_closed_subject(&site),
        heading: words::mail_closed_heading().to_owned(),
        parts: vec![Part::Text(words::mail_closed_text(&site))],
        button: (words::mail_closed_button(&site), "/".to_owned()),
        why: words::mail_closed_why().to_owned(),
        ..Letter::of_account(to, format!("closed.{}", task.id))
    }
}
