//! How far a message of the viewer's got, and what was left out of it where it came by mail.

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{mail::remainders, messages::receipts::reach},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::MessageId,
        messages::reach::{MessageReach, Reach},
        users::Viewer,
    },
};

/// Recipients that are told; of a large room only those whom it did not reach.
const RECIPIENTS_MAX: i64 = 50;

/// How far one of the viewer's messages got to each of its recipients. `not_found` for anybody else's.
pub async fn of_message(context: &ContextInner, viewer: &Viewer, message: MessageId) -> Result<MessageReach> {
    let user = viewer.id;
    let (recipients, left_out): (Vec<Reach>, _) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let recipients = reach::of_message(&mut conn, message, user, RECIPIENTS_MAX).await?;
                Ok((recipients, remainders::get(&mut conn, message, user).await?))
            })
        })
        .await
        .map_err(failed)?;
    if recipients.is_empty() {
        return Err(ApiError::not_found(Missing::Message));
    }
    Ok(MessageReach { recipients, left_out })
}
