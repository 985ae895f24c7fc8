//! The address of an account: changing it, and taking a change back.

use crate::server::domain::users::{
    client::Client,
    present_password,
    security_events::{self, SecurityEvent},
};
use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            link_tokens::{self, LinkPurpose},
        },
        context::ContextInner,
        domain::{
            failed,
            mail::{self, links},
        },
        store::{mail::addresses, users},
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{
            Viewer,
            credentials::{DEMO_DOMAIN, Email},
        },
        words,
    },
};

/// Changes the viewer's address. Where mail is sent, the new one is the account's once its owner has opened a link that is
/// mailed there, and the former one's owner can take the change back. The viewer's own address ends a change that waits.
pub async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    (password, email): (&str, &str),
    client: &Client,
) -> Result<()> {
    let email = Email::parse(email)?;
    // Everybody signs in to the accounts of the demo.
    if viewer.email.ends_with(DEMO_DOMAIN) || email.as_str().ends_with(DEMO_DOMAIN) {
        return Err(ApiError::invalid("email", words::account_refused_demo_address()));
    }
    let refusal = SecurityEvent::PasswordRefused;
    let checked = present_password::check(context, viewer, password, refusal, client).await;
    drop(
        checked.map_err(|error| ApiError {
            field: error.field.map(|_| "address_password".to_owned()),
            ..error
        })?,
    );
    context.limits.change(viewer.id)?;
    let has_mail = context.mailer.is_some();
    if has_mail && email.as_str() != viewer.email {
        context.limits.confirmation(viewer.id, email.as_str())?;
    }
    let (user, is_own, address) = (viewer.id, email.as_str() == viewer.email, email.to_string());
    let (event, now) =
        (SecurityEvent::AddressClaimed.to_row(Some(user), client, email.as_str()), context.clock.now());
    let is_free = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if is_own {
                    addresses::end_claim(&mut conn, user).await?;
                } else if has_mail {
                    addresses::claim(&mut conn, user, &address).await?;
                    security_events::add(&mut conn, event, now).await?;
                } else if !addresses::set(&mut conn, user, &address).await? {
                    return Ok(false);
                } else {
                    security_events::add(&mut conn, event, now).await?;
                }
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if !is_free {
        return Err(crate::server::domain::users::sign_up::address_taken());
    }
    if is_own { Ok(()) } else { mail::addresses::put_task(context, user).await }
}

/// The address that a link would bring back. Changes nothing.
pub async fn former(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<String> {
    Ok(open(context, token, client_ip).await?.1)
}

/// Takes back the last change of an address. Everybody is signed out and API tokens are revoked, and the password that the
/// change was made with is no good any more: the owner gets a new one by mail.
pub async fn restore(context: &ContextInner, token: &str, client: &Client) -> Result<()> {
    let (user, address) = open(context, token, &client.client_ip).await?;
    let (event, now) = (SecurityEvent::AddressRestored.to_row(Some(user), client, ""), context.clock.now());
    let is_restored = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !addresses::restore_former(&mut conn, user, &address, now).await? {
                    return Ok(false);
                }
                users::end_access(&mut conn, user).await?;
                security_events::add(&mut conn, event, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_restored { Ok(()) } else { Err(links::gone()) }
}

async fn open(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<(UserId, String)> {
    context.limits.mail_link(client_ip)?;
    let user = link_tokens::claimed_user(token).ok_or_else(links::gone)?;
    let now = context.clock.now();
    let former = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::former(&mut conn, user, now).await }))
        .await
        .map_err(failed)?
        .ok_or_else(links::gone)?;
    match context.link_key.verify(token, &former, now) {
        Some(link) if link.purpose == LinkPurpose::RestoreAddress => Ok((user, former)),
        _ => Err(links::gone()),
    }
}
