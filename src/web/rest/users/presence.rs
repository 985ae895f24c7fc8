//! Endpoint of presence: `/api/users/{id}/presence`.

use axum::{Json, extract::State};

use crate::{
    server::{context::Context, domain::users::presence},
    shared::{ids::UserId, users::presence::Presence},
    web::rest::{
        SignedIn,
        problem::{Id, Problem},
        responses::{Always, NotFound},
    },
};

/// Whether somebody I talk with is online, or when they last were.
#[utoipa::path(get, path = "/api/users/{id}/presence", params(("id" = UserId, Path)),
    responses((status = 200, body = Presence), Always, NotFound))]
pub async fn get(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(user): Id<UserId>,
) -> Result<Json<Presence>, Problem> {
    Ok(Json(presence::get(&context, &viewer, user).await?))
}
