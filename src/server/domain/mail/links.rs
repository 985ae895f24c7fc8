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
    shared::errors::{ApiError, Missing, Result},
};

/// The error of a link that is wrong, old, or of an address that is no longer the account's.
pub fn gone() -> ApiError {
    ApiError::not_found(Missing::Link)
}

/// What a link allows, and to whom. Counted by client IP, so that nobody can guess one.
pub async fn open(
    context: &ContextInner,
    token: &str,
    client_ip: &ClientIp,
) -> Result<(Addressee, LinkPurpose)> {
    context.limits.mail_link(client_ip)?;
    let user = link_tokens::claimed_user(token).ok_or_else(gone)?;
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::get(&mut conn, user).await }))
        .await
        .map_err(failed)?
        .ok_or_else(gone)?;
    let link = context.link_key.verify(token, &addressee.email, context.clock.now()).ok_or_else(gone)?;
    Ok((addressee, link.purpose))
}
