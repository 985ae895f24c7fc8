//! People as operators see them: finding them, suspending them, and making operators.

use super::{conversations::check_search, failed, users::check_operator};
use crate::{
    server::{
        node::NodeInner,
        store::people::{self, Changed},
    },
    shared::{
        cursor::Cursor,
        errors::{ApiError, Result},
        ids::UserId,
        people::{Change, PeoplePage, PersonRow},
        users::Viewer,
    },
};

/// A page of all people, newest account first, for operators.
pub async fn list(
    node: &NodeInner,
    viewer: &Viewer,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<PeoplePage> {
    check_operator(viewer)?;
    let search = check_search(search)?;
    node.store
        .read_one(move |mut conn| {
            Box::pin(async move { people::page(&mut conn, &search, after.unwrap_or(Cursor::START)).await })
        })
        .await
        .map_err(failed)
}

/// Does this to somebody else's account; done already, it is success.
pub async fn change(node: &NodeInner, viewer: &Viewer, user: UserId, change: Change) -> Result<PersonRow> {
    check_operator(viewer)?;
    if user == viewer.id {
        return Err(ApiError::forbidden("You can’t do this to your own account. Ask another admin."));
    }
    node.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, node.clock.now());
    let changed = node
        .store
        .write(move |mut conn| {
            Box::pin(async move { people::change(&mut conn, by, user, change, now).await })
        })
        .await
        .map_err(failed)?;
    match changed {
        Changed::Person(row) => Ok(row),
        Changed::NotAllowed => Err(ApiError::forbidden("Only an admin can do this.")),
        Changed::NoPerson => Err(ApiError::not_found("person")),
    }
}
