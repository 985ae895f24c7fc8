//! Rooms: making one, who is in it, and looking after it.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::conversations::role::Role;
use crate::shared::positions::Seq;
use crate::shared::{
    conversations::{
        Conversation,
        rooms::{History, Reader, RoomPeople},
    },
    errors::ApiError,
    ids::{ConversationId, MessageId, UserId},
    users::Person,
};

/// Makes a room with these people in it. Posted as a plain form it leads to the room.
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

/// Lets people into one of my rooms.
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

/// Joins the room that a link leads to. Posted as a plain form it leads there.
#[server(prefix = "/rpc", endpoint = "join_room", output = Json)]
pub async fn join_room(link: String, message_id: MessageId) -> Result<Conversation, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/rooms/join/{link}"))?;
    let room = domain::rooms::join(&context, &viewer, &link, message_id).await?;
    request::redirect_form_to(&format!("/messages/{}", room.id));
    Ok(room)
}

/// Takes somebody out of a room that I moderate; with my own id, leaves it.
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

/// Renames a room that I moderate.
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

/// Makes somebody in a room that I moderate a moderator, or a member again.
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

/// Makes a new link into a room that I moderate, or takes it away; answers with it.
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

/// Who is in one of my rooms.
#[server(prefix = "/rpc", endpoint = "get_room_people", input = GetUrl, output = Json)]
pub async fn get_room_people(conversation_id: ConversationId) -> Result<RoomPeople, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::people(&context, &viewer, conversation_id).await
}

/// Who of the others has read a message.
#[server(prefix = "/rpc", endpoint = "get_readers", input = GetUrl, output = Json)]
pub async fn get_readers(conversation_id: ConversationId, seq: Seq) -> Result<Vec<Reader>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::readers(&context, &viewer, conversation_id, seq).await
}

/// People whom I can invite, by a part of their name.
#[server(prefix = "/rpc", endpoint = "get_contacts", input = GetUrl, output = Json)]
pub async fn get_contacts(search: String) -> Result<Vec<Person>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::rooms::contacts(&context, &viewer, search).await
}
