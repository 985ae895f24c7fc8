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
    /// Only those that I have archived, or not.
    archived: Option<bool>,
    /// Only those that I have starred, or not.
    starred: Option<bool>,
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
    let shelf = (params.archived, params.starred);
    let page = conversations::list_shelf(&context, &viewer, params.search, params.unread, shelf, after);
    Ok(Json(page.await?))
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

/// Archives one of my conversations until the next message, and marks it as read.
#[utoipa::path(put, path = "/api/conversations/{id}/archived", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn archive(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::archive(&context, &viewer, id, true).await?))
}

/// Brings a conversation back that I have archived.
#[utoipa::path(delete, path = "/api/conversations/{id}/archived", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn unarchive(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::archive(&context, &viewer, id, false).await?))
}

/// Stars one of my conversations.
#[utoipa::path(put, path = "/api/conversations/{id}/starred", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn star(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::star(&context, &viewer, id, true).await?))
}

/// Takes my star away.
#[utoipa::path(delete, path = "/api/conversations/{id}/starred", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn unstar(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::star(&context, &viewer, id, false).await?))
}

/// Marks one of my conversations as unread. No count has it, and reading ends it.
#[utoipa::path(put, path = "/api/conversations/{id}/marked", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn mark_unread(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::mark_unread(&context, &viewer, id, true).await?))
}

/// Takes the mark as unread away.
#[utoipa::path(delete, path = "/api/conversations/{id}/marked", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Always, Storing, NotFound, TooFast))]
pub async fn unmark(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::mark_unread(&context, &viewer, id, false).await?))
}
