//! Rooms: who may make one, let others in, and look after it. People are invited by who knows them: by
//! somebody who shares a conversation with them, or by the marketplace's staff.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    conversations::{self, check_search},
    failed,
    messages::check_message_id,
};
use crate::shared::positions::Seq;
use crate::shared::{conversations::role::Role, users::rank::Rank};
use crate::{
    server::{
        context::ContextInner,
        store::rooms::{self, Command, Done, NewRoom},
    },
    shared::{
        conversations::{
            Conversation,
            rooms::{
                History, ROOM_PEOPLE_MAX, ROOMS_MAX, Reader, RoomPeople, check_invited, check_room_name,
            },
        },
        errors::{ApiError, Result},
        ids::{ConversationId, MessageId, UserId},
        users::{Person, Viewer},
    },
};

/// People that a search for somebody to invite finds at most.
const CONTACTS_MAX: i64 = 200;

/// Makes a room under an id that the client made: made twice, it is one room.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    name: &str,
    history: History,
    people: Vec<UserId>,
) -> Result<Conversation> {
    if id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("conversation_id", "A room's id is a UUID of version 7."));
    }
    let name = check_room_name(name)?;
    let people = check_invited(viewer.id, people)?;
    context.limits.change(viewer.id)?;
    let words = serde_json::to_string(&(&name, history, &people)).map_err(|_| ApiError::internal())?;
    let first_hash = Sha256::digest(words).into();
    let is_by_member = viewer.rank == Rank::Member;
    let new = NewRoom { id, by: viewer.id, name, history, people, is_by_member, first_hash };
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { rooms::create(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Lets people into a room; whoever is in it already stays.
pub async fn invite(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    people: Vec<UserId>,
) -> Result<Conversation> {
    let people = check_invited(viewer.id, people)?;
    let command = command(context, viewer, room, id)?;
    let (now, is_by_member) = (context.clock.now(), viewer.rank == Rank::Member);
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(
                async move { rooms::invite(&mut conn, command, people.clone(), is_by_member, now).await },
            )
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Joins the room that a link leads to.
pub async fn join(
    context: &ContextInner,
    viewer: &Viewer,
    link: &str,
    id: MessageId,
) -> Result<Conversation> {
    let link = link.trim().to_ascii_lowercase();
    if link.len() != Uuid::nil().simple().to_string().len() {
        return Err(ApiError::not_found("room"));
    }
    let command = command(context, viewer, ConversationId(Uuid::nil()), id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            let link = link.clone();
            Box::pin(
                async move { rooms::join_by_link(&mut conn, command.user, command.id, &link, now).await },
            )
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Takes somebody out of a room, which a moderator may, or leaves it oneself.
pub async fn remove(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    who: UserId,
) -> Result<()> {
    let command = command(context, viewer, room, id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { rooms::remove(&mut conn, command, who, now).await }))
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

pub async fn rename(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    name: &str,
) -> Result<Conversation> {
    let name = check_room_name(name)?;
    let command = command(context, viewer, room, id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            let name = name.clone();
            Box::pin(async move { rooms::rename(&mut conn, command, name, now).await })
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Makes somebody a moderator, or a plain member again.
pub async fn set_role(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    who: UserId,
    role: Role,
) -> Result<()> {
    if !matches!(role, Role::Member | Role::Moderator) {
        return Err(ApiError::invalid("role", "In a room people are members or moderators."));
    }
    let command = command(context, viewer, room, id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { rooms::set_role(&mut conn, command, who, role, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

/// Makes a link by which anybody who has it can join, in place of the one before; or takes it away.
pub async fn set_link(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    is_open: bool,
) -> Result<Option<String>> {
    context.limits.change(viewer.id)?;
    let link = is_open.then(|| Uuid::new_v4().simple().to_string());
    let (user, kept) = (viewer.id, link.clone());
    let done = context
        .store
        .write(move |mut conn| {
            let kept = kept.clone();
            Box::pin(async move { rooms::set_link(&mut conn, user, room, kept).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| link)
}

/// Who is in one of the viewer's rooms.
pub async fn people(context: &ContextInner, viewer: &Viewer, room: ConversationId) -> Result<RoomPeople> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { rooms::people(&mut conn, user, room).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("conversation"))
}

/// Who of the others has read a message of one of the viewer's conversations.
pub async fn readers(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    seq: Seq,
) -> Result<Vec<Reader>> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { rooms::readers(&mut conn, user, conversation, seq).await })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("conversation"))
}

/// People whom the viewer can invite, by a part of their name: who shares a conversation with him.
pub async fn contacts(context: &ContextInner, viewer: &Viewer, search: String) -> Result<Vec<Person>> {
    let search = check_search(Some(search))?;
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { rooms::contacts(&mut conn, user, &search, CONTACTS_MAX).await })
        })
        .await
        .map_err(failed)
}

fn command(context: &ContextInner, viewer: &Viewer, room: ConversationId, id: MessageId) -> Result<Command> {
    check_message_id("message_id", id)?;
    context.limits.change(viewer.id)?;
    Ok(Command { id, room, user: viewer.id })
}

fn answer(done: Done) -> Result<ConversationId> {
    match done {
        Done::Room(id) => Ok(id),
        Done::Conflict => Err(ApiError::conflict("Another message or room has this id.")),
        Done::NoRoom => Err(ApiError::not_found("conversation")),
        Done::NoPerson => Err(ApiError::not_found("person")),
        Done::NotModerator => Err(ApiError::forbidden("Only a moderator of this room can do that.")),
        Done::StaffOnly => Err(ApiError::forbidden("Rooms are made by the team here. Ask them for one.")),
        Done::Full => Err(ApiError::conflict(format!(
            "A room holds {ROOM_PEOPLE_MAX} people, and this one would hold more."
        ))),
        Done::TooMany => Err(ApiError::conflict(format!(
            "You are in as many rooms as one can be in, which is {ROOMS_MAX}. Leave one first."
        ))),
    }
}
