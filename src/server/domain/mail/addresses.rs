//! Confirming an address: a mail with a link whose page has a button. Nothing but this mail goes to an address that its
//! owner has not confirmed.

use super::{
    accounts::address_change::UNDO_LIFETIME,
    delivery::hand_over,
    letter::{Letter, Part},
    links::{self, MailedTo},
    task::MailTask,
};
use crate::{
    server::{
        auth::link_tokens::{Link, LinkPurpose},
        context::ContextInner,
        domain::{
            failed,
            tasks::{Attempt, finish},
            users::{
                client::Client,
                security_events::{self, SecurityEvent},
            },
        },
        store::{
            mail::addresses::{self, Addressee, ConfirmOutcome},
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
    let (own, to_confirm) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let own = addresses::get(&mut conn, user).await?;
                Ok((own, addresses::to_confirm(&mut conn, user).await?))
            })
        })
        .await
        .map_err(failed)?;
    let own_address = own.as_ref().map(|addressee| addressee.email.clone());
    Ok(MailSettings {
        is_set_up: context.mailer.is_some(),
        is_confirmed: own.as_ref().is_some_and(Addressee::is_verified),
        is_stopped: own.as_ref().is_some_and(Addressee::is_stopped),
        claimed_address: to_confirm
            .map(|addressee| addressee.email)
            .filter(|email| own_address.as_ref() != Some(email)),
        address: own_address,
    })
}

/// Mails the viewer a link to confirm their address. Nothing happens if it is confirmed, or if such a mail is on its way.
pub async fn ask_to_confirm(context: &ContextInner, viewer: &Viewer) -> Result<()> {
    if context.mailer.is_none() {
        return Err(ApiError::conflict(words::mail_not_set_up()));
    }
    let user = viewer.id;
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::to_confirm(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let Some(addressee) = addressee else { return Ok(()) };
    context.limits.confirmation(viewer.id, &addressee.email)?;
    put_task(context, viewer.id).await
}

/// Has the mail sent that asks to confirm an address, unless no mail is sent here.
pub async fn put_task(context: &ContextInner, user: UserId) -> Result<()> {
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
                tasks::put(&mut conn, Queue::Mail, &key, &body, now, now).await
            })
        })
        .await
        .map_err(failed)
}

/// Asks whoever gets the mails of an address whether it is theirs. The owner of an account learns that somebody has claimed
/// it for another one, and nobody else does.
pub(super) async fn send(context: &ContextInner, task: &Claimed, user: UserId) -> Result<Attempt> {
    let found = context
        .low_priority_store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(addressee) = addresses::to_confirm(&mut conn, user).await? else { return Ok(None) };
                let owner = addresses::owner(&mut conn, &addressee.email).await?;
                Ok(Some((owner.is_none_or(|owner| owner == user), addressee)))
            })
        })
        .await
        .map_err(failed)?;
    if let Some((is_free, addressee)) = found.filter(|(_, addressee)| !addressee.takes_mail()) {
        let letter = match is_free {
            true => question(context, addressee, task),
            false => warning(context, addressee, task),
        };
        if let Err(attempt) = hand_over(context, &letter).await {
            return Ok(attempt);
        }
    }
    finish(context, task).await
}

fn question(context: &ContextInner, to: Addressee, task: &Claimed) -> Letter {
    let link = Link {
        purpose: LinkPurpose::ConfirmAddress,
        user: to.user(),
        expires_at: context.clock.now().plus(CONFIRM_LIFETIME),
    };
    let token = context.link_key.sign(&link, &to.email);
    let site = context.site_name();
    Letter {
        subject: words::mail_confirm_subject(&site),
        heading: words::mail_confirm_heading().to_owned(),
        parts: vec![Part::Text(words::mail_confirm_text(&site))],
        button: (words::mail_confirm_button().to_owned(), format!("/mail/confirm/{token}")),
        why: words::mail_confirm_why().to_owned(),
        ..Letter::of_account(to, format!("confirm.{}", task.id))
    }
}

fn warning(context: &ContextInner, to: Addressee, task: &Claimed) -> Letter {
    let site = context.site_name();
    Letter {
        subject: words::mail_claimed_subject(&site),
        heading: words::mail_claimed_heading().to_owned(),
        parts: vec![Part::Text(words::mail_claimed_text(&site))],
        button: (words::mail_claimed_button().to_owned(), "/sign-in".to_owned()),
        why: words::mail_claimed_why().to_owned(),
        ..Letter::of_account(to, format!("confirm.{}", task.id))
    }
}

/// Confirms the address that a link was mailed to, which makes it the account's if that had claimed it. A wrong link, an old
/// one, and one of an address that is no longer the account's get the same answer.
pub async fn confirm(context: &ContextInner, token: &str, client: &Client) -> Result<()> {
    let opened = links::open(context, token, MailedTo::ToConfirm, &client.client_ip).await?;
    let (addressee, LinkPurpose::ConfirmAddress) = opened else { return Err(links::gone()) };
    let (user, now) = (addressee.user(), context.clock.now());
    let changed = SecurityEvent::AddressChanged;
    let (event, notice) = (changed.to_row(Some(user), client, ""), changed.notice(context, ""));
    let outcome = context
        .store
        .write(move |mut conn| {
            let address = addressee.email.clone();
            Box::pin(async move {
                let undo_until = now.plus(UNDO_LIFETIME);
                let outcome = addresses::confirm(&mut conn, user, &address, undo_until, now).await?;
                if let ConfirmOutcome::Confirmed { former: Some(_) } = &outcome {
                    let body = MailTask::AddressChanged(user).to_body();
                    tasks::put(&mut conn, Queue::Mail, &format!("address {}", user.0), &body, now, now)
                        .await?;
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(outcome)
            })
        })
        .await
        .map_err(failed)?;
    match outcome {
        ConfirmOutcome::Confirmed { .. } => Ok(()),
        ConfirmOutcome::Taken | ConfirmOutcome::Gone => Err(links::gone()),
    }
}
