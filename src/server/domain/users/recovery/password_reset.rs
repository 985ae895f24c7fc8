//! A forgotten password: whoever gets the mails of an account's address chooses a new one, once, by a link.

use crate::server::domain::users::{
    client::Client,
    security_events::{self, SecurityEvent},
    sign_in::check_passwords_are_a_way_in,
};
use crate::{
    server::{
        auth::{client_ip::ClientIp, link_tokens::LinkPurpose, password_policy},
        context::ContextInner,
        domain::{
            failed,
            mail::{accounts::password_reset::put_task, links},
        },
        store::{
            mail::addresses::{self, ConfirmOutcome},
            users,
        },
    },
    shared::{errors::Result, users::credentials::Email},
};

const PURPOSE: LinkPurpose = LinkPurpose::ResetPassword;

/// Has a link mailed to this address, if it has an account. Nobody can tell from the answer whether it has.
pub async fn ask(context: &ContextInner, email: &str, client: &Client) -> Result<()> {
    check_passwords_are_a_way_in(context)?;
    let email = Email::parse(email)?;
    context.limits.password_reset(&client.client_ip, email.as_str())?;
    put_task(context, email).await
}

/// The address of the account that a link is for. A wrong link, an old one and one that was used get the same error.
pub async fn address(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<String> {
    Ok(links::open_with_password(context, token, PURPOSE, client_ip).await?.0.email)
}

/// Sets the password of the account that a link is for, ends all its sessions and API tokens, and marks the address as its
/// owner's. The link, and all others for this password, are no good any more.
pub async fn reset(context: &ContextInner, token: &str, password: &str, client: &Client) -> Result<()> {
    check_passwords_are_a_way_in(context)?;
    let (addressee, before, _) =
        links::open_with_password(context, token, PURPOSE, &client.client_ip).await?;
    let password = password_policy::check_new(password, &[&addressee.name, &addressee.email])?;
    let place = context.passwords.place_for_stranger(&client.client_ip)?;
    let after = place.hash(&password).await?;
    drop(place);
    let (user, now) = (addressee.user(), context.clock.now());
    let (event, notice) = (
        SecurityEvent::PasswordReset.to_row(Some(user), client, ""),
        SecurityEvent::PasswordReset.notice(context, ""),
    );
    let is_reset = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let confirmed = addresses::confirm(&mut conn, user, &addressee.email, now, now).await?;
                // Of two that use a link at the same time, one finds another password.
                if !matches!(confirmed, ConfirmOutcome::Confirmed { .. })
                    || !users::change_password(&mut conn, user, before.as_deref(), Some(&after)).await?
                {
                    return Ok(false);
                }
                users::end_access(&mut conn, user).await?;
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_reset { Ok(()) } else { Err(links::gone()) }
}
