//! A forgotten password: whoever gets the mails of an account's address chooses a new one, once, by a link.

use super::{
    client::Client,
    security_events::{self, SecurityEvent},
};
use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            link_tokens::{self, LinkPurpose},
            password_policy,
        },
        context::ContextInner,
        domain::{
            failed,
            mail::{
                links,
                password_reset::{binding, put_task},
            },
        },
        store::{
            mail::addresses::{self, Addressee, ConfirmOutcome},
            users::{self, api_tokens, sessions},
        },
    },
    shared::{errors::Result, users::credentials::Email},
};

/// What a link was found to be for.
struct FoundLink {
    addressee: Addressee,
    password_hash: Option<String>,
}

/// Has a link mailed to this address, if it has an account. Nobody can tell from the answer whether it has.
pub async fn ask(context: &ContextInner, email: &str, client: &Client) -> Result<()> {
    let email = Email::parse(email)?;
    context.limits.password_reset(&client.client_ip, email.as_str())?;
    put_task(context, email).await
}

/// The address of the account that a link is for. A wrong link, an old one and one that was used get the same error.
pub async fn address(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<String> {
    Ok(open(context, token, client_ip).await?.addressee.email)
}

/// Sets the password of the account that a link is for, ends all its sessions and API tokens, and marks the address as its
/// owner's. The link, and all others for this password, are no good any more.
pub async fn reset(context: &ContextInner, token: &str, password: &str, client: &Client) -> Result<()> {
    let FoundLink { addressee, password_hash: before } = open(context, token, &client.client_ip).await?;
    let password = password_policy::check_new(password, &[&addressee.name, &addressee.email])?;
    let place = context.passwords.place_for_stranger(&client.client_ip)?;
    let after = place.hash(&password).await?;
    drop(place);
    let (user, now) = (addressee.user(), context.clock.now());
    let (event, notice) = (
        SecurityEvent::PasswordReset.to_row(Some(user), client, ""),
        SecurityEvent::PasswordReset.notice(""),
    );
    let is_reset = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let confirmed = addresses::confirm(&mut conn, user, &addressee.email, now, now).await?;
                // Of two that use a link at the same time, one finds another password.
                if !matches!(confirmed, ConfirmOutcome::Confirmed { .. })
                    || !users::change_password(&mut conn, user, before.as_deref(), &after).await?
                {
                    return Ok(false);
                }
                sessions::delete_all(&mut conn, user).await?;
                api_tokens::delete_all(&mut conn, user).await?;
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_reset { Ok(()) } else { Err(links::gone()) }
}

async fn open(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<FoundLink> {
    context.limits.mail_link(client_ip)?;
    let user = link_tokens::claimed_user(token).ok_or_else(links::gone)?;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let addressee = addresses::get(&mut conn, user).await?;
                Ok((addressee, users::password(&mut conn, user).await?))
            })
        })
        .await
        .map_err(failed)?;
    let (Some(addressee), password_hash) = found else { return Err(links::gone()) };
    let bound_to = binding(&addressee.email, password_hash.as_deref());
    let link = context.link_key.verify(token, &bound_to, context.clock.now());
    match link {
        Some(link) if link.purpose == LinkPurpose::ResetPassword => {
            Ok(FoundLink { addressee, password_hash })
        }
        _ => Err(links::gone()),
    }
}
