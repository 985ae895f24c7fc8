//! Endpoints of rooms: `/api/rooms`. Messages of rooms go through `/api/conversations`.

use axum::{Json, extract::State, http::StatusCode};
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
        domain::{conversations, rooms},
    },
    shared::{
        conversations::{
            Conversation,
            role::Role,
            rooms::{History, RoomInvitations, RoomPeople},
        },
        ids::{ConversationId, MessageId, UserId},
        positions::{ListedCursor, SyncSeq},
        sync::pages::ConversationPage,
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// The `next.listed` of the page before; together with `after_id`.
    after_listed: Option<SyncSeq>,
    /// The `next.id` of the page before; together with `after_listed`.
    after_id: Option<ConversationId>,
}

/// One page of my rooms, latest message first.
#[utoipa::path(get, path = "/api/rooms", params(ListParams),
    responses((status = 200, body = ConversationPage), Always, Invalid))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<ConversationPage>, Problem> {
    let after = cursor("after_listed", params.after_listed, params.after_id)?;
    let after = after.map(|(listed, id)| ListedCursor { listed, id });
    Ok(Json(conversations::rooms(&context, &viewer, after).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    /// Made by the client: a UUID of version 7. Made twice, it is one room.
    id: ConversationId,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// From where people who join later may read; `start` unless said otherwise.
    #[serde(default)]
    history: History,
    /// Whom I invite: people with whom I share a conversation in which both have written, or a room.
    #[schema(min_items = 1, max_items = 100)]
    people: Vec<UserId>,
}

/// Makes a room and invites people into it, who are in it once they accept. I am its moderator. At most 100 people on a day.
#[utoipa::path(post, path = "/api/rooms", request_body = NewRoom,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn create(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewRoom>,
) -> Result<(StatusCode, Json<Conversation>), Problem> {
    let room = rooms::create(&context, &viewer, new.id, &new.name, new.history, new.people).await?;
    Ok((StatusCode::OK, Json(room)))
}

/// Who is in one of my rooms.
#[utoipa::path(get, path = "/api/rooms/{id}/people", params(("id" = ConversationId, Path)),
    responses((status = 200, body = RoomPeople), Always, NotFound))]
pub async fn people(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<RoomPeople>, Problem> {
    Ok(Json(rooms::people(&context, &viewer, id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Made by the client: recognises the command when it is repeated. A UUID of version 7.
    message_id: MessageId,
    /// People with whom I share a conversation in which both have written, or a room.
    #[schema(min_items = 1, max_items = 100)]
    people: Vec<UserId>,
}

/// Invites people into one of my rooms, who are in it once they accept. Whoever is in it or invited already stays so. At most
/// 100 people on a day; 500 open invitations in a room and 100 of a person, each for 30 days. Whom a moderator has taken out
/// only moderators invite. Whoever has declined is not asked again for 30 days, of which nobody is told.
#[utoipa::path(post, path = "/api/rooms/{id}/people", params(("id" = ConversationId, Path)), request_body = Invitation,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn invite(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(invitation): Input<Invitation>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(rooms::invite(&context, &viewer, id, invitation.message_id, invitation.people).await?))
}

/// My open invitations into rooms, newest first, at most 100.
#[utoipa::path(get, path = "/api/rooms/invitations", responses((status = 200, body = RoomInvitations), Always))]
pub async fn invitations(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
) -> Result<Json<RoomInvitations>, Problem> {
    Ok(Json(rooms::invitations::list(&context, &viewer).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
}

/// Accepts an invitation: I am in the room. It holds 500 people, and one can be in 500 rooms.
#[utoipa::path(post, path = "/api/rooms/{id}/accept", params(("id" = ConversationId, Path)), request_body = Acceptance,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn accept(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(acceptance): Input<Acceptance>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(rooms::invitations::accept(&context, &viewer, id, acceptance.message_id).await?))
}

/// The room of an invitation that was declined or withdrawn.
#[derive(Serialize, ToSchema)]
pub struct Ended {
    id: ConversationId,
}

/// Declines an invitation. Nobody is told: the room lists it until it expires.
#[utoipa::path(post, path = "/api/rooms/{id}/decline", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Ended), Always, Storing, NotFound, TooFast))]
pub async fn decline(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
) -> Result<Json<Ended>, Problem> {
    rooms::invitations::decline(&context, &viewer, id).await?;
    Ok(Json(Ended { id }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Who is invited.
    user_id: UserId,
}

/// Withdraws an invitation into a room: any where I am a moderator, else one that I made.
#[utoipa::path(post, path = "/api/rooms/{id}/withdraw", params(("id" = ConversationId, Path)), request_body = Withdrawal,
    responses((status = 200, body = Ended), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn withdraw(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(withdrawal): Input<Withdrawal>,
) -> Result<Json<Ended>, Problem> {
    rooms::invitations::withdraw(&context, &viewer, id, withdrawal.user_id).await?;
    Ok(Json(Ended { id }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
    /// Myself, to leave.
    user_id: UserId,
}

/// The room, with one person fewer in it.
#[derive(Serialize, ToSchema)]
pub struct Removed {
    id: ConversationId,
}

/// Takes somebody out of a room that I moderate, or leaves one of mine.
#[utoipa::path(post, path = "/api/rooms/{id}/remove", params(("id" = ConversationId, Path)), request_body = Removal,
    responses((status = 200, body = Removed), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn remove(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(removal): Input<Removal>,
) -> Result<Json<Removed>, Problem> {
    rooms::remove(&context, &viewer, id, removal.message_id, removal.user_id).await?;
    Ok(Json(Removed { id }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
    user_id: UserId,
    /// `member` or `moderator`.
    role: Role,
}

/// The room, as the one that it was done to.
#[derive(Serialize, ToSchema)]
pub struct Promoted {
    id: ConversationId,
    user_id: UserId,
    role: Role,
}

/// Makes somebody in a room that I moderate a moderator, or a member again.
#[utoipa::path(post, path = "/api/rooms/{id}/role", params(("id" = ConversationId, Path)), request_body = NewRole,
    responses((status = 200, body = Promoted), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn set_role(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(new): Input<NewRole>,
) -> Result<Json<Promoted>, Problem> {
    rooms::set_role(&context, &viewer, id, new.message_id, new.user_id, new.role).await?;
    Ok(Json(Promoted { id, user_id: new.user_id, role: new.role }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// False takes the link away; true makes another, and the one before no longer works.
    is_open: bool,
}

/// The secret part of a room's link.
#[derive(Serialize, ToSchema)]
pub struct Link {
    link: Option<String>,
}

/// Makes a new link into a room that I moderate, which works for 30 days, or takes it away.
#[utoipa::path(post, path = "/api/rooms/{id}/link", params(("id" = ConversationId, Path)), request_body = NewLink,
    responses((status = 200, body = Link), Always, Storing, NotFound, TooFast))]
pub async fn set_link(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(new): Input<NewLink>,
) -> Result<Json<Link>, Problem> {
    Ok(Json(Link { link: rooms::set_link(&context, &viewer, id, new.is_open).await? }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Joining {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
    /// The secret part of the room's link.
    link: String,
}

/// Joins the room that a link leads to. People who are in it already stay in it. Whom a moderator has taken out of it is refused.
#[utoipa::path(post, path = "/api/rooms/join", request_body = Joining,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn join(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(joining): Input<Joining>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(rooms::join(&context, &viewer, &joining.link, joining.message_id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewName {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// Renames a room that I moderate.
#[utoipa::path(post, path = "/api/rooms/{id}/name", params(("id" = ConversationId, Path)), request_body = NewName,
    responses((status = 200, body = Conversation), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn rename(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<ConversationId>,
    Input(new): Input<NewName>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(rooms::rename(&context, &viewer, id, new.message_id, &new.name).await?))
}
