//! Typing: who is notified that a participant is typing.

use crate::server::domain::failed;
use crate::{
    server::{context::ContextInner, store::users::presence},
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, UserId},
        users::Viewer,
    },
};

/// Participants of a larger room beyond this are not notified: typing is ephemeral.
const RECIPIENTS_MAX: usize = 1_000;

/// The other active participants of one of the viewer's conversations. Another user's conversation is not
/// found. Nobody where a block has closed it.
pub async fn recipients(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Vec<UserId>> {
    let user = viewer.id;
    let found = context.store.read_one(move |mut conn| {
        Box::pin(async move { presence::participants(&mut conn, user, id, RECIPIENTS_MAX).await })
    });
    let people = found.await.map_err(failed)?;
    if people.is_empty() {
        return Err(ApiError::not_found(Missing::Conversation));
    }
    let others = people.into_iter().filter(|one| one.user != user && !one.is_closed);
    Ok(others.map(|one| one.user).collect())
}
