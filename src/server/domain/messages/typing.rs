//! Who hears that somebody is typing: the other active participants.

use crate::server::domain::users::presence;
use crate::{
    server::context::ContextInner,
    shared::{
        errors::Result,
        ids::{ConversationId, UserId},
        users::Viewer,
    },
};

/// People of one conversation that are told; in a larger room the others miss nothing that lasts.
const PEOPLE_TOLD: usize = 1_000;

/// The others in one of the viewer's conversations; a stranger's is not found.
pub async fn heard_by(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Vec<UserId>> {
    let others = presence::others(context, viewer, id, PEOPLE_TOLD).await?;
    Ok(others.into_iter().map(|(other, _)| other).collect())
}
