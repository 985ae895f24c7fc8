//! Server functions for rooms: creating and joining them, their people, and their moderation.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    conversations::{
        Conversation,
        role::Role,
        rooms::{History, Invitation, Reader, RoomInvitations, RoomPeople},
    },
    errors::ApiError,
    ids::{ConversationId, MessageId, UserId},
    positions::Seq,
    users::Person,
};

/// Creates a room and invites these people; the viewer is its moderator. A plain form post is redirected to the
/// room.
#[server(prefix = "/rpc", endpoint = "create_room", output = Json)]
pub async fn create_room(
    conversation_id: ConversationId,
    name: String,
    #[server(default)] history: History,
    #[server(default)] people: Vec<UserId>,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    let room = domain::rooms::create(&context, &viewer, conversation_id, &name, history, people).await?;
    request::redirect_form_to(&format!("/messages/{}", room.id));
    Ok(room)
}

/// Invites people into one of the viewer's rooms.
#[server(prefix = "/rpc", endpoint = "invite_to_room", output = Json)]
pub async fn invite_to_room(
    conversation_id: ConversationId,
    message_id: MessageId,
    people: Vec<UserId>,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::invite(&context, &viewer, conversation_id, message_id, people).await
}

/// The viewer's open invitations.
#[server(prefix = "/rpc", endpoint = "get_room_invitations", input = GetUrl, output = Json)]
pub async fn get_room_invitations() -> Result<RoomInvitations, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::invitations::list(&context, &viewer).await
}

/// Accepts an invitation. A plain form post is redirected to the room.
#[server(prefix = "/rpc", endpoint = "accept_invitation", output = Json)]
pub async fn accept_invitation(
    conversation_id: ConversationId,
    message_id: MessageId,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    let room = domain::rooms::invitations::accept(&context, &viewer, conversation_id, message_id).await?;
    request::redirect_form_to(&format!("/messages/{}", room.id));
    Ok(room)
}

/// Declines an invitation, of which nobody is told.
#[server(prefix = "/rpc", endpoint = "decline_invitation", output = Json)]
pub async fn decline_invitation(conversation_id: ConversationId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::invitations::decline(&context, &viewer, conversation_id).await
}

/// Withdraws an invitation: a moderator any of the room, a member their own.
#[server(prefix = "/rpc", endpoint = "withdraw_invitation", output = Json)]
pub async fn withdraw_invitation(conversation_id: ConversationId, user_id: UserId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::invitations::withdraw(&context, &viewer, conversation_id, user_id).await
}

/// Whose room an invitation link leads into.
#[server(prefix = "/rpc", endpoint = "get_invitation", input = GetUrl, output = Json)]
pub async fn get_invitation(link: String) -> Result<Invitation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::invitation(&context, &viewer, &link).await
}

/// Joins the room of an invitation link. A plain form post is redirected to the room.
#[server(prefix = "/rpc", endpoint = "join_room", output = Json)]
pub async fn join_room(link: String, message_id: MessageId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/rooms/join/{link}"))?;
    let room = domain::rooms::join(&context, &viewer, &link, message_id).await?;
    request::redirect_form_to(&format!("/messages/{}", room.id));
    Ok(room)
}

/// Removes a person from a room that the viewer moderates. With the viewer's own id, leaves the room.
#[server(prefix = "/rpc", endpoint = "remove_from_room", output = Json)]
pub async fn remove_from_room(
    conversation_id: ConversationId,
    message_id: MessageId,
    user_id: UserId,
) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::remove(&context, &viewer, conversation_id, message_id, user_id).await
}

/// Renames a room that the viewer moderates.
#[server(prefix = "/rpc", endpoint = "rename_room", output = Json)]
pub async fn rename_room(
    conversation_id: ConversationId,
    message_id: MessageId,
    name: String,
) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::rename(&context, &viewer, conversation_id, message_id, &name).await
}

/// Makes a person in a room that the viewer moderates a moderator, or a member again.
#[server(prefix = "/rpc", endpoint = "set_room_role", output = Json)]
pub async fn set_room_role(
    conversation_id: ConversationId,
    message_id: MessageId,
    user_id: UserId,
    role: Role,
) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::set_role(&context, &viewer, conversation_id, message_id, user_id, role).await
}

/// Creates a new invitation link of a room that the viewer moderates, or revokes it. Returns the secret part
/// of the link.
#[server(prefix = "/rpc", endpoint = "set_room_link", output = Json)]
pub async fn set_room_link(
    conversation_id: ConversationId,
    is_open: bool,
) -> Result<Option<String>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::set_link(&context, &viewer, conversation_id, is_open).await
}

/// The people in one of the viewer's rooms.
#[server(prefix = "/rpc", endpoint = "get_room_people", input = GetUrl, output = Json)]
pub async fn get_room_people(conversation_id: ConversationId) -> Result<RoomPeople, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::people(&context, &viewer, conversation_id).await
}

/// The other participants who have read a message.
#[server(prefix = "/rpc", endpoint = "get_readers", input = GetUrl, output = Json)]
pub async fn get_readers(conversation_id: ConversationId, seq: Seq) -> Result<Vec<Reader>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::readers(&context, &viewer, conversation_id, seq).await
}

/// People whom the viewer can invite, by a part of their name.
#[server(prefix = "/rpc", endpoint = "get_contacts", input = GetUrl, output = Json)]
pub async fn get_contacts(search: String) -> Result<Vec<Person>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::contacts(&context, &viewer, search).await
}
