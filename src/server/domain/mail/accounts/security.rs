//! The mail about what somebody else may have done with an account: a new browser, a new password, an API token. It goes out
//! whatever its reader has chosen or read, and has a link that shuts everybody out.

use crate::server::domain::mail::{
    delivery::hand_over,
    letter::{Letter, Part},
    links,
    task::{MailTask, SecurityMail},
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
            Conn, Result as StoreResult,
            mail::addresses::{self, Addressee},
            tasks::{self, Claimed, Queue},
        },
    },
    shared::{
        errors::Result,
        ids::UserId,
        values::time::{DAY, Timestamp},
        words,
    },
};

/// How long the link is good, unless the password or the address changes.
pub(in crate::server::domain) const LINK_LIFETIME: i64 = 7 * DAY;

/// Inserts the task of the mail in the transaction of what happened. `detail` is the browser, or the name of the token.
pub async fn insert_task(
    conn: &mut Conn<'_>,
    user: UserId,
    event: SecurityMail,
    detail: &str,
    now: Timestamp,
) -> StoreResult<()> {
    let body = MailTask::Security { user, event, detail: detail.to_owned() }.to_body();
    let key = format!("security {event:?} {} {}", user.0, now.0);
    tasks::insert(conn, Queue::Mail, &key, &body, now, now).await.map(drop)
}

pub async fn send(
    context: &ContextInner,
    task: &Claimed,
    user: UserId,
    (event, detail): (SecurityMail, &str),
) -> Result<Attempt> {
    let found = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { addresses::with_password(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    if let Some((addressee, password_hash)) = found.filter(|(addressee, _)| addressee.takes_mail()) {
        let link = Link {
            purpose: LinkPurpose::SecureAccount,
            user,
            expires_at: context.clock.now().plus(LINK_LIFETIME),
        };
        let token =
            context.link_key.sign(&link, &links::with_password(&addressee.email, password_hash.as_deref()));
        if let Err(attempt) =
            hand_over(context, &letter(context, addressee, &token, (event, detail), task)).await
        {
            return Ok(attempt);
        }
    }
    finish(context, task).await
}

fn letter(
    context: &ContextInner,
    to: Addressee,
    token: &str,
    (event, detail): (SecurityMail, &str),
    task: &Claimed,
) -> Letter {
    let heading = match event {
        SecurityMail::SignedIn => words::security_notice_sign_in_title(detail),
        SecurityMail::PasswordChanged => words::security_notice_password_title().to_owned(),
        SecurityMail::TokenCreated => words::security_notice_token_title(detail),
        SecurityMail::AppAdded => words::security_notice_app_add_title().to_owned(),
        SecurityMail::AppRemoved => words::security_notice_app_remove_title().to_owned(),
        SecurityMail::PasskeyAdded => words::security_notice_passkey_add_title(detail),
        SecurityMail::PasskeyRemoved => words::security_notice_passkey_remove_title().to_owned(),
        SecurityMail::CodeRefused => words::security_notice_code_title(detail),
        SecurityMail::RecoveryCodeUsed => words::security_notice_recovery_title().to_owned(),
        SecurityMail::SecondFactorReset => words::security_notice_reset_title().to_owned(),
        SecurityMail::IdentityLinked => words::security_notice_identity_title(detail),
    };
    let site = context.site_name();
    Letter {
        subject: words::mail_security_subject(&site, &heading),
        heading,
        parts: vec![Part::Text(words::mail_security_text().to_owned())],
        button: (words::mail_security_button().to_owned(), format!("/mail/secure/{token}")),
        why: words::mail_security_why(&site),
        ..Letter::of_account(to, format!("security.{}", task.id))
    }
}
