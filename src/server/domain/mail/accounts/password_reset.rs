//! The mail with a link to choose a new password. It is written for an address that somebody has typed: whether it has an
//! account is looked up here, so that who asks can't tell.

use crate::server::domain::mail::{
    delivery::hand_over,
    letter::{Letter, Part},
    links,
    task::MailTask,
};
use crate::{
    server::{
        auth::link_tokens::{Link, LinkPurpose},
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
        },
        store::{
            mail::addresses::{self, Addressee},
            tasks::{self, Claimed, Queue},
            users,
        },
    },
    shared::{
        errors::{ApiError, Result},
        users::credentials::Email,
        values::time::MINUTE,
        words,
    },
};

/// How long the link is good.
const LINK_LIFETIME: i64 = 30 * MINUTE;

/// Inserts the task of the mail, in the place of one for the same address that has not left.
pub async fn put_task(context: &ContextInner, address: Email) -> Result<()> {
    if context.mailer.is_none() {
        return Err(ApiError::conflict(words::mail_not_set_up()));
    }
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let body = MailTask::ResetPassword { address: address.to_string() }.to_body();
                let key = format!("reset password {address}");
                tasks::put(&mut conn, Queue::Mail, &key, &body, now, now).await
            })
        })
        .await
        .map_err(failed)
}

pub async fn send(context: &ContextInner, task: &Claimed, address: &str) -> Result<Attempt> {
    let searched = address.to_owned();
    let found = context
        .low_priority_store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(addressee) = addresses::of_address(&mut conn, &searched).await? else {
                    return Ok(None);
                };
                let password_hash = users::password(&mut conn, addressee.user()).await?;
                Ok(Some((addressee, password_hash)))
            })
        })
        .await
        .map_err(failed)?;
    if let Some((addressee, password_hash)) = found.filter(|_| !context.is_unserved_demo_account(address))
        && let Err(attempt) = hand_over(context, &letter(context, addressee, password_hash, task)).await
    {
        return Ok(attempt);
    }
    finish(context, task).await
}

fn letter(context: &ContextInner, to: Addressee, password_hash: Option<String>, task: &Claimed) -> Letter {
    let expires_at = context.clock.now().plus(LINK_LIFETIME);
    let link = Link { purpose: LinkPurpose::ResetPassword, user: to.user(), expires_at };
    let token = context.link_key.sign(&link, &links::with_password(&to.email, password_hash.as_deref()));
    let site = context.site_name();
    Letter {
        subject: words::mail_reset_subject(&site),
        heading: words::mail_reset_heading().to_owned(),
        parts: vec![Part::Text(words::mail_reset_text(&site))],
        button: (words::mail_reset_button().to_owned(), format!("/password/{token}")),
        why: words::mail_reset_why().to_owned(),
        ..Letter::of_account(to, format!("password.{}", task.id))
    }
}
