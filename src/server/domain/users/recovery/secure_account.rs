//! “It was not me”: whoever gets the mails of an account's address shuts everybody out of it.

use crate::server::domain::users::{
    client::Client,
    security_events::{self, SecurityEvent},
};
use crate::{
    server::{
        auth::{client_ip::ClientIp, link_tokens::LinkPurpose},
        context::ContextInner,
        domain::{
            failed,
            mail::{accounts::security::LINK_LIFETIME, links},
        },
        store::{
            mail::addresses,
            users::{self, identities},
        },
    },
    shared::{errors::Result, values::time::HOUR},
};

const PURPOSE: LinkPurpose = LinkPurpose::SecureAccount;
/// The mail goes out some time after what it tells of.
const DOUBTED_BEFORE: i64 = HOUR;

/// The address of the account that a link is for. Changes nothing.
pub async fn address(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<String> {
    Ok(links::open_with_password(context, token, PURPOSE, client_ip).await?.0.email)
}

/// Ends the sessions, the API tokens and the password of the account that a link is for: its owner gets a new one by mail. What
/// was linked to it in the settings is unlinked. Second factors that were added shortly before the mail, or since, may be somebody
/// else's and are removed; older ones stay, so that the mailbox alone does not open the account. The link, and all others for this
/// password, are no good any more.
pub async fn secure(context: &ContextInner, token: &str, client: &Client) -> Result<()> {
    let (addressee, password_hash, expires_at) =
        links::open_with_password(context, token, PURPOSE, &client.client_ip).await?;
    let user = addressee.user();
    let doubted_since = expires_at.plus(-LINK_LIFETIME - DOUBTED_BEFORE);
    let (event, now) = (SecurityEvent::AccountSecured.to_row(Some(user), client, ""), context.clock.now());
    let is_secured = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !users::change_password(&mut conn, user, password_hash.as_deref(), None).await? {
                    return Ok(false);
                }
                users::end_access(&mut conn, user).await?;
                identities::delete_added(&mut conn, user).await?;
                addresses::end_claim(&mut conn, user).await?;
                users::second_factor::remove_since(&mut conn, user, doubted_since).await?;
                security_events::add(&mut conn, event, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_secured { Ok(()) } else { Err(links::gone()) }
}
