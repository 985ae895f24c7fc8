//! The mail to the former address of an account, with a link that takes the change back.

use crate::server::domain::mail::{
    delivery::hand_over,
    letter::{Letter, Part},
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
            tasks::Claimed,
        },
    },
    shared::{errors::Result, ids::UserId, values::time::DAY, words},
};

/// How long a change can be taken back.
pub const UNDO_LIFETIME: i64 = 7 * DAY;

pub async fn send(context: &ContextInner, task: &Claimed, user: UserId) -> Result<Attempt> {
    let now = context.clock.now();
    let found = context
        .low_priority_store
        .read(move |mut conn| {
            Box::pin(async move {
                let former = addresses::former(&mut conn, user, now).await?;
                Ok(addresses::get(&mut conn, user).await?.zip(former))
            })
        })
        .await
        .map_err(failed)?;
    if let Some((addressee, former)) = found {
        let to = addressee.at(former);
        if let Err(attempt) = hand_over(context, &letter(context, to, task)).await {
            return Ok(attempt);
        }
    }
    finish(context, task).await
}

fn letter(context: &ContextInner, to: Addressee, task: &Claimed) -> Letter {
    let expires_at = context.clock.now().plus(UNDO_LIFETIME);
    let link = Link { purpose: LinkPurpose::RestoreAddress, user: to.user(), expires_at };
    let token = context.link_key.sign(&link, &to.email);
    let site = context.site_name();
    Letter {
        subject: words::mail_address_changed_subject(&site),
        heading: words::mail_address_changed_heading().to_owned(),
        parts: vec![Part::Text(words::mail_address_changed_text(&site))],
        button: (words::mail_address_changed_button().to_owned(), format!("/mail/undo/{token}")),
        why: words::mail_address_changed_why().to_owned(),
        ..Letter::of_account(to, format!("address.{}", task.id))
    }
}
