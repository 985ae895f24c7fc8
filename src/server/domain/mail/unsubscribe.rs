//! The link at the end of a mail: it ends mails of a kind, or of one conversation, without signing in. Opening it changes
//! nothing; its button does, and so does the one click of a mail program (RFC 8058).

use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            link_tokens::{self, LinkPurpose},
        },
        context::ContextInner,
        domain::failed,
        store::{
            mail::{
                addresses,
                conversations::{self, Unread},
            },
            notifications::preferences,
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::mail::MailStop,
    },
};

/// What the link would stop.
pub async fn look(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<MailStop> {
    let (_, stop) = verified(context, token, client_ip).await?;
    Ok(stop)
}

/// Stops the mails that a link is for: those of its conversation, or of its kind. With
/// `whole_kind` those of the kind, whatever the link is for. Idempotent.
pub async fn stop(
    context: &ContextInner,
    token: &str,
    whole_kind: bool,
    client_ip: &ClientIp,
) -> Result<MailStop> {
    let (user, stop) = verified(context, token, client_ip).await?;
    let (kind, conversation) = (stop.kind, stop.conversation.filter(|_| !whole_kind));
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                match conversation {
                    Some(conversation) => conversations::stop(&mut conn, Unread { conversation, user }).await,
                    None => {
                        let mut chosen = preferences::get(&mut conn, user).await?;
                        chosen.mail = chosen.mail.with(kind, false);
                        preferences::put(&mut conn, user, chosen).await
                    }
                }
            })
        })
        .await
        .map_err(failed)?;
    Ok(stop)
}

async fn verified(context: &ContextInner, token: &str, client_ip: &ClientIp) -> Result<(UserId, MailStop)> {
    context.limits.mail_link(client_ip)?;
    let gone = || ApiError::not_found("link");
    let user = link_tokens::claimed_user(token).ok_or_else(gone)?;
    let addressee = context
        .store
        .read_one(move |mut conn| Box::pin(async move { addresses::get(&mut conn, user).await }))
        .await
        .map_err(failed)?
        .ok_or_else(gone)?;
    let link = context.link_key.verify(token, &addressee.email, context.clock.now()).ok_or_else(gone)?;
    let LinkPurpose::Unsubscribe { kind, conversation } = link.purpose else { return Err(gone()) };
    Ok((user, MailStop { kind, conversation }))
}
