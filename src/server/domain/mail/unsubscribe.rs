//! The link at the end of a mail: it ends mails of a kind, or of one conversation, without signing in. Opening it changes
//! nothing; its button does, and so does the one click of a mail program (RFC 8058).

use super::links::{self, MailedTo};
use crate::{
    server::{
        auth::{client_ip::ClientIp, link_tokens::LinkPurpose},
        context::ContextInner,
        domain::failed,
        store::{
            mail::conversations::{self, Unread},
            notifications::preferences,
        },
    },
    shared::{errors::Result, ids::UserId, users::mail::MailStop},
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
    match links::open(context, token, MailedTo::Own, client_ip).await? {
        (addressee, LinkPurpose::Unsubscribe { kind, conversation }) => {
            Ok((addressee.user(), MailStop { kind, conversation }))
        }
        _ => Err(links::gone()),
    }
}
