//! People as operators see them: finding them, suspending them, and making operators.

use crate::server::domain::{conversations::check_search, failed, users::check_operator};
use crate::{
    server::{
        context::ContextInner,
        store::operators::user_directory::{self, Changed},
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        operators::user_directory::{Change, PeoplePage, PersonRow},
        users::Viewer,
        values::page_cursor::Cursor,
    },
};

/// A page of all people, newest account first, for operators.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<PeoplePage> {
    check_operator(viewer)?;
    let search = check_search(search)?;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(
                async move { user_directory::page(&mut conn, &search, after.unwrap_or(Cursor::START)).await },
            )
        })
        .await
        .map_err(failed)
}

/// Does this to somebody else's account; done already, it is success.
pub async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    user: UserId,
    change: Change,
) -> Result<PersonRow> {
    check_operator(viewer)?;
    if user == viewer.id {
        return Err(ApiError::forbidden("You can’t do this to your own account. Ask another admin."));
    }
    context.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, context.clock.now());
    let changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { user_directory::change(&mut conn, by, user, change, now).await })
        })
        .await
        .map_err(failed)?;
    match changed {
        Changed::Person(row) => Ok(row),
        Changed::NotAllowed => Err(ApiError::forbidden("Only an admin can do this.")),
        Changed::NoPerson => Err(ApiError::not_found("person")),
    }
}
