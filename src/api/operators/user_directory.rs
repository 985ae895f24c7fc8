//! People, for operators: finding them, suspending them, and making operators.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;
use crate::shared::users::rank::Rank;
use crate::shared::{
    errors::ApiError,
    ids::UserId,
    operators::user_directory::{PeoplePage, PersonRow},
    values::page_cursor::Cursor,
};

/// One page of all people, newest account first. `search` is part of a name or address.
#[server(prefix = "/rpc", endpoint = "get_people", input = GetUrl, output = Json)]
pub async fn get_people(search: Option<String>, after: Option<Cursor>) -> Result<PeoplePage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::list(&context, &viewer, search, after).await
}

/// Suspends somebody: his sessions end, and he can't sign in.
#[server(prefix = "/rpc", endpoint = "suspend_user", output = Json)]
pub async fn suspend_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::Change};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, Change::Suspend).await
}

/// Lets somebody in again who was suspended.
#[server(prefix = "/rpc", endpoint = "reinstate_user", output = Json)]
pub async fn reinstate_user(user_id: UserId) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::Change};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, Change::Reinstate).await
}

/// Makes somebody an operator, or a member again; admins only.
#[server(prefix = "/rpc", endpoint = "set_user_rank", output = Json)]
pub async fn set_user_rank(user_id: UserId, rank: Rank) -> Result<PersonRow, ApiError> {
    use crate::{api::request, server::domain, shared::operators::user_directory::Change};
    let (context, viewer) = request::viewer()?;
    domain::operators::user_directory::change(&context, &viewer, user_id, Change::SetRank(rank)).await
}
