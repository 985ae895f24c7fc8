//! The look of the marketplace as a style sheet (R6), which every page and frame loads after the others.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{CACHE_FOREVER, short_hash};
use crate::{
    server::{context::Context, domain::failed, store::operators::site_settings},
    shared::{errors::ApiError, operators::look::Look},
    web::rest::problem::Problem,
};

/// Before the name of the sheet, which changes with the look.
pub const PREFIX: &str = "/look/";

/// The URL of the sheet of this look.
pub fn url(look: Look) -> String {
    format!("{PREFIX}{}.css", short_hash(&Sha256::digest(look.css())))
}

/// The URL of the sheet of the look that is set.
pub async fn current_url(context: &Context) -> Result<Option<String>, ApiError> {
    Ok(current(context).await?.map(url))
}

/// Serves the sheet. By the name of an earlier look, which a page loaded before still has, comes that of now, which is not cached.
pub async fn serve(State(context): State<Context>, Path(file): Path<String>) -> Response {
    match current(&context).await {
        Ok(look) => {
            let is_current = look.is_some_and(|look| url(look).ends_with(&file));
            let caching = if is_current { CACHE_FOREVER } else { "no-store" };
            let headers =
                [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, caching)];
            (headers, look.map(Look::css).unwrap_or_default()).into_response()
        }
        Err(error) => Problem(error).into_response(),
    }
}

async fn current(context: &Context) -> Result<Option<Look>, ApiError> {
    let read =
        context.store.read_one(|mut conn| Box::pin(async move { site_settings::get(&mut conn).await }));
    read.await.map(|settings| settings.look).map_err(failed)
}
