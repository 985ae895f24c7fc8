//! `/api/users/{id}/presence`

use axum::{Json, extract::State};

use super::{
    SignedIn,
    openapi::{Always, NotFound},
    problem::{Id, Problem},
};
use crate::{
    server::{domain::presence, node::Node},
    shared::{ids::UserId, presence::Presence},
};

/// Whether somebody I talk with is online, or when he last was.
#[utoipa::path(get, path = "/api/users/{id}/presence", params(("id" = UserId, Path)),
    responses((status = 200, body = Presence), Always, NotFound))]
pub async fn get(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Id(user): Id<UserId>,
) -> Result<Json<Presence>, Problem> {
    Ok(Json(presence::get(&node, &viewer, user).await?))
}
