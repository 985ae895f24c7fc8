//! Listing covers at `/covers/{id}.svg`, for mail programs also `.png`: generated deterministically from the listing's id,
//! kind and title.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use tokio::task::spawn_blocking;

use super::rest::problem::Problem;
use crate::{
    server::{
        context::Context,
        domain::failed,
        images::covers::{cover_png, cover_svg},
        store::listings,
    },
    shared::ids::ListingId,
};

/// A picture changes with the title of its listing, and with a build that draws it otherwise: after an hour it is shown
/// once more from the cache while the browser asks for it.
const CACHE_CONTROL: &str = "public, max-age=3600, stale-while-revalidate=2592000";

/// Serves the picture; 404 for an unknown listing.
pub async fn serve(State(context): State<Context>, Path(file): Path<String>) -> Response {
    let (id, is_png) = match file.rsplit_once('.') {
        Some((id, "svg")) => (id, false),
        Some((id, "png")) => (id, true),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let Ok(id) = id.parse::<ListingId>() else { return StatusCode::NOT_FOUND.into_response() };
    let listing =
        context.store.read(move |mut conn| Box::pin(async move { listings::get(&mut conn, id).await })).await;
    match listing.map_err(failed) {
        Ok(Some(listing)) => {
            let svg = cover_svg(id.0.as_u128(), listing.card.kind, &listing.card.title);
            let headers = |kind| [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE_CONTROL)];
            if !is_png {
                return (headers("image/svg+xml"), svg).into_response();
            }
            match spawn_blocking(move || cover_png(&svg)).await {
                Ok(Some(png)) => (headers("image/png"), png).into_response(),
                _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => Problem(error).into_response(),
    }
}
