//! Links of mails: whose one is, and what it allows.

use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            link_tokens::{self, LinkPurpose},
        },
        context::ContextInner,
        domain::failed,
        store::mail::addresses::{self, Addressee},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        values::time::Timestamp,
    },
};

/// The error of a link that is wrong, old, or of an address that is no longer the account's.
pub fn gone() -> ApiError {
    ApiError::not_found(Missing::Link)
}

/// The address of a user that a link was mailed to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MailedTo {
    Own,
    /// The one that they have to confirm.
    ToConfirm,
}

/// What a link allows, and to whom. Counted by client IP, so that nobody can guess one.
pub async fn open(
    context: &ContextInner,
    token: &str,
    mailed_to: MailedTo,
    client_ip: &ClientIp,
) -> Result<(Addressee, LinkPurpose)> {
    context.limits.mail_link(client_ip)?;
    let user = link_tokens::claimed_user(token).ok_or_else(gone)?;
    let addressee = context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move {
                match mailed_to {
                    MailedTo::Own => addresses::get(&mut conn, user).await,
                    MailedTo::ToConfirm => addresses::to_confirm(&mut conn, user).await,
                }
            })
        })
        .await
        .map_err(failed)?
        .ok_or_else(gone)?;
    let link = context.link_key.verify(token, &addressee.email, context.clock.now()).ok_or_else(gone)?;
    Ok((addressee, link.purpose))
}

/// What a link is bound to that is to end with the password, or to replace it.
pub fn with_password(address: &str, password_hash: Option<&str>) -> String {
    format!("{address}\n{}", password_hash.unwrap_or_default())
}

/// Whom a link of this purpose is for that is bound so, the hash of their password, and until when the link is good.
pub async fn open_with_password(
    context: &ContextInner,
    token: &str,
    purpose: LinkPurpose,
    client_ip: &ClientIp,
) -> Result<(Addressee, Option<String>, Timestamp)> {
    context.limits.mail_link(client_ip)?;
    let user = link_tokens::claimed_user(token).ok_or_else(gone)?;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { addresses::with_password(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let (addressee, password_hash) = found.ok_or_else(gone)?;
    let bound_to = with_password(&addressee.email, password_hash.as_deref());
    let link = context.link_key.verify(token, &bound_to, context.clock.now());
    let link = link.filter(|link| link.purpose == purpose).ok_or_else(gone)?;
    Ok((addressee, password_hash, link.expires_at))
}
