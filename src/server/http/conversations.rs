//! `/api/conversations`

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;

use super::{
    SignedIn,
    problem::{Id, Input, Params, Problem},
};
use crate::{
    server::{domain::conversations, node::Node},
    shared::{
        changes::Head,
        conversations::{Conversation, ConversationPage, ListedCursor},
        ids::{ConversationId, ListingId},
    },
};

#[derive(Deserialize)]
pub struct ListParams {
    search: Option<String>,
    #[serde(default)]
    unread: bool,
    /// Both or none: the `next` of the page before.
    after_listed: Option<Head>,
    after_id: Option<ConversationId>,
}

/// One page of my conversations, latest message first.
pub async fn list(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<ConversationPage>, Problem> {
    let after = params.after_listed.zip(params.after_id).map(|(listed, id)| ListedCursor { listed, id });
    Ok(Json(conversations::list(&node, &viewer, params.search, params.unread, after).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    listing_id: ListingId,
}

/// The one conversation between me and a listing's host, made if there is none.
pub async fn create(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewConversation>,
) -> Result<(StatusCode, Json<Conversation>), Problem> {
    let conversation = conversations::get_or_create(&node, &viewer, new.listing_id).await?;
    Ok((StatusCode::OK, Json(conversation)))
}

/// The summary of one of my conversations.
pub async fn get(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(conversations::get(&node, &viewer, id).await?))
}
