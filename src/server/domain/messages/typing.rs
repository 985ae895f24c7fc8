//! Typing: who is notified that a participant is typing.

use crate::server::domain::users::presence;
use crate::{
    server::context::ContextInner,
    shared::{
        errors::Result,
        ids::{ConversationId, UserId},
        users::Viewer,
    },
};

/// Participants of a larger room beyond this are not notified: typing is ephemeral.
const RECIPIENTS_MAX: usize = 1_000;

/// The other active participants of one of the viewer's conversations. Another user's conversation is not
/// found.
pub async fn recipients(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Vec<UserId>> {
    let others = presence::others(context, viewer, id, RECIPIENTS_MAX).await?;
    Ok(others.into_iter().map(|(other, _)| other).collect())
}
