//! Endpoints of notifications: `/api/notifications`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    SignedIn,
    problem::{Id, Input, Params, Problem, cursor},
    responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
};
use crate::{
    server::{
        context::Context,
        domain::notifications::{self, NewNotification, NotificationAction, level},
    },
    shared::{
        errors::ApiError,
        ids::{ConversationId, NotificationId, UserId},
        notifications::{
            NotificationCursor, NotificationFilter,
            kinds::NotificationKind,
            level::{ConversationLevel, NotificationLevel},
        },
        orders::code::OrderKey,
        positions::SyncSeq,
        sync::pages::NotificationPage,
        values::time::Timestamp,
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Of this kind alone.
    kind: Option<NotificationKind>,
    /// Unread ones alone.
    #[serde(default)]
    unread: bool,
    /// The `next.raised` of the page before; together with `after_id`.
    after_raised: Option<SyncSeq>,
    /// The `next.id` of the page before; together with `after_raised`.
    after_id: Option<NotificationId>,
}

/// One page of my notifications, newest first. Those of new messages are the conversations: one for each.
#[utoipa::path(get, path = "/api/notifications", params(ListParams),
    responses((status = 200, body = NotificationPage), Always, Invalid))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<NotificationPage>, Problem> {
    let filter = NotificationFilter { kind: params.kind, is_unread_only: params.unread };
    let after = cursor("after_raised", params.after_raised, params.after_id)?;
    let after = after.map(|(raised, id)| NotificationCursor { raised, id });
    Ok(Json(notifications::list(&context, &viewer, filter, after).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOne {
    /// Made by the client: a UUID of version 7. Sent twice, it is one notification.
    id: NotificationId,
    /// Who is told.
    user_id: UserId,
    /// Any but `message`.
    kind: NotificationKind,
    #[schema(min_length = 1, max_length = 80)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 300)]
    text: String,
    /// Where it leads: a path of this site, or an address with https.
    #[serde(default)]
    #[schema(max_length = 300)]
    link: Option<String>,
    /// The id or code of one of this person's orders.
    #[serde(default)]
    order: Option<String>,
}

/// The notifications that were named.
#[derive(Serialize, ToSchema)]
#[schema(as = Done)]
pub struct NotificationIds {
    ids: Vec<NotificationId>,
}

/// Tells one person something that happened outside: a payment, a tour. Of operators and their programs;
/// a token wants the scope `notify`.
#[utoipa::path(post, path = "/api/notifications", request_body = NewOne,
    responses((status = 200, body = NotificationIds), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn send(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewOne>,
) -> Result<Json<NotificationIds>, Problem> {
    let NewOne { id, user_id, kind, title, text, link, order } = new;
    let order = order.map(|order| OrderKey::parse(&order)).transpose()?;
    let new = NewNotification { id, user: user_id, kind, title, text, link, order };
    notifications::send(&context, &viewer, new).await?;
    Ok(Json(NotificationIds { ids: vec![id] }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Some, by their ids. One of the two.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 30)]
    ids: Option<Vec<NotificationId>>,
    /// All up to this head of mine, which a page of the list has given, together with its `epoch`.
    #[serde(default)]
    upto: Option<SyncSeq>,
    #[serde(default)]
    epoch: Option<String>,
}

/// Marks some of my notifications as read, or all.
#[utoipa::path(patch, path = "/api/notifications", request_body = Reading,
    responses((status = 200, body = NotificationIds), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn read(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(reading): Input<Reading>,
) -> Result<Json<NotificationIds>, Problem> {
    match reading {
        Reading { ids: Some(ids), upto: None, epoch: None } => {
            notifications::act(&context, &viewer, ids.clone(), NotificationAction::Read).await?;
            Ok(Json(NotificationIds { ids }))
        }
        Reading { ids: None, upto: Some(upto), epoch: Some(epoch) } => {
            notifications::read_all(&context, &viewer, &epoch, upto).await?;
            Ok(Json(NotificationIds { ids: Vec::new() }))
        }
        _ => Err(ApiError::invalid("ids", "Give ids, or upto with its epoch.").into()),
    }
}

/// Deletes one of my notifications; again is no error.
#[utoipa::path(delete, path = "/api/notifications/{id}", params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationIds), Always, NotFound, TooFast))]
pub async fn delete(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<NotificationId>,
) -> Result<Json<NotificationIds>, Problem> {
    notifications::act(&context, &viewer, vec![id], NotificationAction::Delete).await?;
    Ok(Json(NotificationIds { ids: vec![id] }))
}

/// Undoes that.
#[utoipa::path(post, path = "/api/notifications/{id}/restore", params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationIds), Always, NotFound, TooFast))]
pub async fn restore(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<NotificationId>,
) -> Result<Json<NotificationIds>, Problem> {
    notifications::act(&context, &viewer, vec![id], NotificationAction::Restore).await?;
    Ok(Json(NotificationIds { ids: vec![id] }))
}

/// How much I am told of a conversation.
#[utoipa::path(get, path = "/api/conversations/{id}/level", params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationLevel), Always, NotFound))]
pub async fn level(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationLevel>, Problem> {
    Ok(Json(level::get(&context, &viewer, id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLevel {
    level: NotificationLevel,
    /// When it becomes `all` again, within a year; none: it stays. `all` has none.
    #[serde(default)]
    until: Option<Timestamp>,
}

/// Sets how much I am told of a conversation: all; of mentions alone, or of nothing, which mutes it.
#[utoipa::path(put, path = "/api/conversations/{id}/level", request_body = NewLevel,
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationLevel), Always, Storing, NotFound, TooFast))]
pub async fn set_level(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(NewLevel { level, until }): Input<NewLevel>,
) -> Result<Json<ConversationLevel>, Problem> {
    level::set(&context, &viewer, id, ConversationLevel { level, until }).await?;
    Ok(Json(level::get(&context, &viewer, id).await?))
}
