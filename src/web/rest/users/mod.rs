//! Endpoint of the viewer: `/api/users/me`.

pub mod presence;

use axum::Json;

use super::{SignedIn, responses::Always};
use crate::shared::users::Viewer;

/// Who I am.
#[utoipa::path(get, path = "/api/users/me", responses((status = 200, body = Viewer), Always))]
pub async fn me(SignedIn(viewer): SignedIn) -> Json<Viewer> {
    Json(viewer)
}
