//! Confirming an address: a mail with a link whose page has a button. Nothing but this mail goes to an address that its
//! owner has not confirmed.

use super::{
    delivery::hand_over,
    letter::{Letter, Part},
    links,
    task::MailTask,
};
use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            link_tokens::{Link, LinkPurpose},
        },
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
        },
        store::{
            mail::addresses::{self, Addressee},
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{Viewer, mail::MailSettings},
        values::time::DAY,
        words,
    },
};

const CONFIRM_LIFETIME: i64 = DAY;

/// What the viewer's settings say of mail.
pub async fn settings(context: &ContextInner, viewer: &Viewer) -> Result<MailSettings> {
    let user = viewer.id;
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::get(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    Ok(MailSettings {
        is_set_up: context.mailer.is_some(),
        is_confirmed: addressee.as_ref().is_some_and(Addressee::is_verified),
        is_stopped: addressee.as_ref().is_some_and(Addressee::is_stopped),
        address: addressee.map(|addressee| addressee.email),
    })
}

/// Mails the viewer a link to confirm their address. Nothing happens if it is confirmed, or if such a mail is on its way.
pub async fn ask_to_confirm(context: &ContextInner, viewer: &Viewer) -> Result<()> {
    if context.mailer.is_none() {
        return Err(ApiError::conflict(words::mail_not_set_up()));
    }
    context.limits.confirmation(viewer.id)?;
    insert_task(context, viewer.id).await
}

/// Inserts the task of the mail that asks to confirm an address.
pub async fn insert_task(context: &ContextInner, user: UserId) -> Result<()> {
    if context.mailer.is_none() {
        return Ok(());
    }
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let body = MailTask::ConfirmAddress(user).to_body();
                let key = format!("confirm {}", user.0);
                tasks::insert(&mut conn, Queue::Mail, &key, &body, now, now).await.map(drop)
            })
        })
        .await
        .map_err(failed)
}

pub(super) async fn send(context: &ContextInner, task: &Claimed, user: UserId) -> Result<Attempt> {
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::get(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    if let Some(addressee) = addressee.filter(|addressee| !addressee.takes_mail())
        && let Err(attempt) = hand_over(context, &letter(context, addressee, task)).await
    {
        return Ok(attempt);
    }
    finish(context, task).await
}

fn letter(context: &ContextInner, to: Addressee, task: &Claimed) -> Letter {
    let link = Link {
        purpose: LinkPurpose::ConfirmAddress,
        user: to.user(),
        expires_at: context.clock.now().plus(CONFIRM_LIFETIME),
    };
    let token = context.link_key.sign(&link, &to.email);
    let site = context.site_name();
    Letter {
        sender: None,
        subject: words::mail_confirm_subject(&site),
        heading: words::mail_confirm_heading().to_owned(),
        parts: vec![Part::Text(words::mail_confirm_text(&site))],
        button: (words::mail_confirm_button().to_owned(), format!("/mail/confirm/{token}")),
        why: words::mail_confirm_why().to_owned(),
        message_id: format!("confirm.{}", task.id),
        thread: None,
        conversation: None,
        unsubscribe: None,
        to,
    }
}

/// Confirms the address that a link was mailed to. A wrong link, an old one, and one of an address that is no longer
/// the account's get the same answer.
pub async fn confirm(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<()> {
    let (addressee, LinkPurpose::ConfirmAddress) = links::open(context, token, client_ip).await? else {
        return Err(links::gone());
    };
    let (user, now) = (addressee.user(), context.clock.now());
    let is_set = context
        .store
        .write(move |mut conn| {
            let address = addressee.email.clone();
            Box::pin(async move { addresses::set_verified(&mut conn, user, &address, now).await })
        })
        .await
        .map_err(failed)?;
    if is_set { Ok(()) } else { Err(links::gone()) }
}
