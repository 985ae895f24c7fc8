//! Endpoints of conversations: `/api/conversations`.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    SignedIn,
    problem::{Id, Input, Params, Problem, cursor},
    responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
};
use crate::{
    server::{context::Context, domain::conversations},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, ListingId},
        positions::{ListedCursor, SyncSeq},
        sync::pages::ConversationPage,
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Found in titles and names.
    #[param(max_length = 100)]
    search: Option<String>,
    /// Only those with unread messages.
    #[serde(default)]
    unread: bool,
    /// The `next.listed` of the page before; together with `after_id`.
    after_listed: Option<SyncSeq>,
    /// The `next.id` of the page before; together with `after_listed`.
    after_id: Option<ConversationId>,
}

/// One page of my conversations, latest message first.
#[utoipa::path(get, path = "/api/conversations", params(ListParams),
    responses((status = 200, body = ConversationPage), Always, Invalid))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<ConversationPage>, Problem> {
    let after = cursor("after_listed", params.after_listed, params.after_id)?;
    let after = after.map(|(listed, id)| ListedCursor { listed, id });
    Ok(Json(conversations::list(&context, &viewer, params.search, params.unread, after).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    listing_id: ListingId,
}

/// My conversation with a listing's host, made if there is none: that of my newest open order of it, else the one about the
/// listing, which goes on as that of my first order. Until a message is sent, the host doesn't see it.
#[utoipa::path(post, path = "/api/conversations", request_body = NewConversation,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn create(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewConversation>,
) -> Result<(StatusCode, Json<Conversation>), Problem> {
    let conversation = conversations::get_or_create(&context, &viewer, new.listing_id).await?;
    Ok((StatusCode::OK, Json(conversation)))
}

/// The summary of one of my conversations.
#[utoipa::path(get, path = "/api/conversations/{id}", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, NotFound))]
pub async fn get(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::get(&context, &viewer, id).await?))
}
