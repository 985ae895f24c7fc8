//! Who hears that somebody is typing: the other active participants.

use super::failed;
use crate::{
    server::{node::NodeInner, store::presence},
    shared::{
        errors::{ApiError, Result},
        ids::{ConversationId, UserId},
        users::Viewer,
    },
};

/// People of one conversation that are told; in a larger room the others miss nothing that lasts.
const PEOPLE_TOLD: usize = 1_000;

/// The others in one of the viewer's conversations; a stranger's is not found.
pub async fn heard_by(node: &NodeInner, viewer: &Viewer, id: ConversationId) -> Result<Vec<UserId>> {
    let user = viewer.id;
    let found = node.store.read_one(move |mut conn| {
        Box::pin(async move { presence::participants(&mut conn, user, id, PEOPLE_TOLD).await })
    });
    let people = found.await.map_err(failed)?;
    if people.is_empty() {
        return Err(ApiError::not_found("conversation"));
    }
    Ok(people.into_iter().map(|(other, _)| other).filter(|other| *other != user).collect())
}
