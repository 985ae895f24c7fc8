//! What a new message refers to, checked before it is stored.

use super::files;
use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            conversations,
            messages::{
                self,
                new_message::{AppendOutcome, NewMessage},
            },
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        messages::attached::NewAttached,
        words,
    },
};

/// Checks that the sender may see what the message refers to. A message that is stored already is answered as it stands,
/// whatever has become of that since. What can be seen once is there under the lock too: positions never fall.
pub(super) async fn check(
    context: &ContextInner,
    new: &NewMessage,
    attached: &NewAttached,
) -> Result<Option<AppendOutcome>> {
    if attached.is_empty() {
        return Ok(None);
    }
    files::sending::check(&attached.files)?;
    let (new, sender, conversation) = (new.clone(), new.sender, new.conversation);
    let (stored, place) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let stored = messages::new_message::find_existing(&mut conn, &new).await?;
                Ok((stored, conversations::summary::get(&mut conn, sender, conversation).await?))
            })
        })
        .await
        .map_err(failed)?;
    if stored.is_some() {
        return Ok(stored);
    }
    let place = place.ok_or_else(|| ApiError::not_found(Missing::Conversation))?;
    if attached.reply.is_none_or(|reply| (place.first_seq()..=place.last_seq).contains(&reply)) {
        Ok(None)
    } else {
        Err(ApiError::invalid("reply", words::message_refused_reply()))
    }
}
