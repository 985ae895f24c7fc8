//! The user directory for operators: finding users, suspending them, and changing their rank.

use super::audit;
use crate::server::domain::{
    conversations::search_of,
    failed,
    users::{
        Client, check_operator,
        personal_data::closing,
        security_events::{self, SecurityEvent},
    },
};
use crate::{
    server::{
        context::ContextInner,
        store::operators::user_directory::{self, ChangeOutcome},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::UserId,
        operators::{
            audit::USER_LIST,
            user_directory::{PeoplePage, PersonRow, UserChange},
        },
        users::Viewer,
        values::{page_cursor::PageCursor, text},
        words,
    },
};

/// A page of all users, newest account first. For operators only. The look is recorded in the audit log.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<PeoplePage> {
    check_operator(viewer)?;
    let address = text::address_part(&text::folded(search.as_deref().unwrap_or_default()));
    let (search, after) = (search_of(context, viewer, search)?, after.unwrap_or(PageCursor::START));
    audit::record_look(context, viewer, USER_LIST, &search).await?;
    let _turn = context.search_turn(&search).await;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { user_directory::page(&mut conn, &search, &address, after).await })
        })
        .await
        .map_err(failed)
}

/// Closes another user's account. For admins only.
pub async fn close(
    context: &ContextInner,
    viewer: &Viewer,
    user: UserId,
    client: &Client,
) -> Result<PersonRow> {
    check_operator(viewer)?;
    closing::close_of_other(context, viewer, user, client).await?;
    let row = context
        .store
        .read_one(move |mut conn| Box::pin(async move { user_directory::get(&mut conn, user).await }));
    row.await.map_err(failed)?.ok_or_else(|| ApiError::not_found(Missing::Person))
}

/// Changes another user's account. Idempotent. Operators can't change their own account.
pub async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    user: UserId,
    change: UserChange,
) -> Result<PersonRow> {
    check_operator(viewer)?;
    if user == viewer.id {
        return Err(ApiError::forbidden(words::operator_refused_own_account()));
    }
    context.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, context.clock.now());
    let reset = (change == UserChange::ResetSecondFactor).then(|| {
        let event = SecurityEvent::SecondFactorReset;
        // The admin's browser is nothing for the owner to see.
        (event.to_row(Some(user), &Client::default(), ""), event.notice(context, ""))
    });
    let changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let outcome = user_directory::change(&mut conn, by, user, change, now).await?;
                if let (ChangeOutcome::Changed(_), Some((event, notice))) = (&outcome, reset) {
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(outcome)
            })
        })
        .await
        .map_err(failed)?;
    match changed {
        ChangeOutcome::Changed(row) | ChangeOutcome::Unchanged(row) => Ok(row),
        ChangeOutcome::NotAllowed => Err(ApiError::forbidden(words::operator_refused_admins_only())),
        ChangeOutcome::NoPerson => Err(ApiError::not_found(Missing::Person)),
    }
}
