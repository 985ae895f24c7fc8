//! Endpoint of the event log: `/api/events`.

use axum::{Extension, Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    server::{
        auth::access::Access,
        context::Context,
        domain::operators::event_log::{self, EventPage},
    },
    shared::operators::events::EVENTS_PAGE_MAX,
    web::rest::{
        SignedIn,
        problem::{Params, Problem},
        responses::{Always, Conflict, Invalid, NotFound},
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventParams {
    /// The `next` of the page before, or the id of the last event that is known. Without it the page begins with the oldest event that is
    /// kept.
    after: Option<String>,
    /// Most events on the page; 100 unless said otherwise.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Whether messages come with their text. A token wants the scope `event_texts` for it.
    #[serde(default)]
    text: bool,
}

/// The events of the last 30 days in their order, as webhooks bring them. Of admins and their programs; a token wants the scope `events`.
/// Events are kept from when somebody first asks for them, or makes a webhook. A cursor whose next event is no longer kept is a conflict.
#[utoipa::path(get, path = "/api/events", params(EventParams),
    responses((status = 200, body = EventPage), Always, NotFound, Conflict, Invalid))]
pub async fn list(
    State(context): State<Context>,
    Extension(access): Extension<Access>,
    SignedIn(viewer): SignedIn,
    Params(EventParams { after, limit, text }): Params<EventParams>,
) -> Result<Json<EventPage>, Problem> {
    let limit = limit.unwrap_or(EVENTS_PAGE_MAX);
    Ok(Json(event_log::page(&context, &viewer, access, after.as_deref(), limit, text).await?))
}
