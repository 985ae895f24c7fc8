//! Server functions for the user directory: operators search, suspend and reinstate users, admins appoint
//! operators.

use leptos::prelude::*;

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::UserId,
        operators::user_directory::{PeoplePage, PersonRow},
        users::rank::Rank,
        values::page_cursor::PageCursor,
    },
};

/// One page of all users, newest account first. `search` is part of a name or e-mail address. It is a POST because it
/// writes to the audit log, which no foreign link may cause.
#[server(prefix = "/rpc", endpoint = "get_people", output = Json)]
pub async fn get_people(search: Option<String>, after: Option<PageCursor>) -> Result<PeoplePage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::list(&context, &viewer, search, after).await
}

/// Suspends a user: ends their sessions and prevents sign-in.
#[server(prefix = "/rpc", endpoint = "suspend_user", output = Json)]
pub async fn suspend_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::UserChange};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, UserChange::Suspend).await
}

/// Lifts the suspension of a user.
#[server(prefix = "/rpc", endpoint = "reinstate_user", output = Json)]
pub async fn reinstate_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::UserChange};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, UserChange::Reinstate).await
}

/// Makes a user an operator, or a member again; admins only.
#[server(prefix = "/rpc", endpoint = "set_user_rank", output = Json)]
pub async fn set_user_rank(user_id: UserId, rank: Rank) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::UserChange};
    let (context, viewer) = request::proved_viewer("/operator/users").await?;
    domain::operators::user_directory::change(&context, &viewer, user_id, UserChange::SetRank(rank)).await
}

/// Removes the second factors of a user who has lost them, and ends their sessions; admins only. The user is told by mail.
#[server(prefix = "/rpc", endpoint = "reset_second_factor", output = Json)]
pub async fn reset_second_factor(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::UserChange};
    let (context, viewer) = request::proved_viewer("/operator/users").await?;
    domain::operators::user_directory::change(&context, &viewer, user_id, UserChange::ResetSecondFactor).await
}

/// Closes the account of a user; admins only. What they wrote stays for the others.
#[server(prefix = "/rpc", endpoint = "close_user", output = Json)]
pub async fn close_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::proved_viewer("/operator/users").await?;
    let client = request::client(&context);
    domain::operators::user_directory::close(&context, &viewer, user_id, &client).await
}

/// Ends all sessions of a user, who can sign in again; admins only.
#[server(prefix = "/rpc", endpoint = "sign_out_user", output = Json)]
pub async fn sign_out_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::UserChange};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, UserChange::SignOut).await
}
