//! Rooms: group conversations. Members invite users with whom they share a conversation; operators invite any
//! user. Whoever is invited comes in by accepting. Moderators of a room manage its members, name and link.

pub mod invitations;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    conversations::{self, check_search},
    failed,
    messages::check_message_id,
};
use crate::server::store::rooms::{
    command::{CommandOutcome, RoomCommand},
    create::NewRoom,
    invite::Invite,
};
use crate::shared::positions::Seq;
use crate::shared::{conversations::role::Role, users::rank::Rank, words};
use crate::{
    server::{context::ContextInner, store::rooms},
    shared::{
        conversations::{
            Conversation,
            rooms::{
                History, Invitation, LINK_LIFETIME_MICROS, ROOM_INVITATIONS_MAX, ROOM_PEOPLE_MAX, ROOMS_MAX,
                Reader, RoomPeople, check_invites, check_room_name, link_made_at,
            },
        },
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, MessageId, UserId},
        users::{Person, Viewer},
        values::time::{SECOND, Timestamp},
    },
};

/// Users that a search for contacts returns.
const CONTACTS_MAX: i64 = 200;

/// Creates a room under an id that the client chose, and invites people into it. Idempotent.
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
    let people = check_invites(viewer.id, people)?;
    context.limits.change(viewer.id)?;
    let content = serde_json::to_string(&(&name, history, &people)).map_err(|_| ApiError::internal())?;
    let first_hash = Sha256::digest(content).into();
    let is_by_member = viewer.rank == Rank::Member;
    // Where no mail is sent, nobody can confirm an address.
    let is_for_confirmed = context.mailer.is_some();
    let new =
        NewRoom { id, by: viewer.id, name, history, people, is_by_member, is_for_confirmed, first_hash };
    let (now, per_day) = (context.clock.now(), context.limits.invitations_per_day);
    let done = context
        .store
        .write(move |mut conn| {
            let new = new.clone();
            Box::pin(async move { rooms::create::create(&mut conn, new, per_day, now).await })
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Invites users into a room. Whoever is a member or invited already stays so. `id` recognises the command when it is
/// repeated.
pub async fn invite(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    people: Vec<UserId>,
) -> Result<Conversation> {
    let people = check_invites(viewer.id, people)?;
    let command = command(context, viewer, room, id)?;
    let is_by_member = viewer.rank == Rank::Member;
    let new = Invite { people, is_by_member, per_day: context.limits.invitations_per_day };
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            let new = new.clone();
            Box::pin(async move { rooms::invite::invite(&mut conn, command, new, now).await })
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Whose room a link leads into, for whoever may join it.
pub async fn invitation(context: &ContextInner, viewer: &Viewer, link: &str) -> Result<Invitation> {
    let (user, link) = (viewer.id, check_link(link, context.clock.now())?);
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { rooms::join::of_link(&mut conn, user, &link).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Room))
}

/// The secret of a link as it is stored.
fn check_link(link: &str, now: Timestamp) -> Result<String> {
    let link = link.trim().to_ascii_lowercase();
    if link.len() != Uuid::nil().simple().to_string().len() {
        return Err(ApiError::not_found(Missing::Room));
    }
    if has_expired(&link, now) {
        let message = words::room_refused_link_expired().to_owned();
        return Err(ApiError { message, ..ApiError::not_found(Missing::Room) });
    }
    Ok(link)
}

/// Joins a room by the secret of its link, unless the link has expired.
pub async fn join(
    context: &ContextInner,
    viewer: &Viewer,
    link: &str,
    id: MessageId,
) -> Result<Conversation> {
    let now = context.clock.now();
    let link = check_link(link, now)?;
    let command = command(context, viewer, ConversationId(Uuid::nil()), id)?;
    let done = context
        .store
        .write(move |mut conn| {
            let link = link.clone();
            Box::pin(async move {
                rooms::join::join_by_link(&mut conn, command.user, command.id, &link, now).await
            })
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Removes a member from a room, for moderators, or the viewer, who leaves it.
pub async fn remove(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    member: UserId,
) -> Result<()> {
    let command = command(context, viewer, room, id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { rooms::remove::remove(&mut conn, command, member, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

/// Renames a room. For its moderators.
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
            Box::pin(async move { rooms::settings::rename(&mut conn, command, name, now).await })
        })
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Makes a member a moderator, or a plain member again.
pub async fn set_role(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
    member: UserId,
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
            Box::pin(async move { rooms::settings::set_role(&mut conn, command, member, role, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

/// Opens a room to everybody who has its new link, which replaces an earlier one, or removes the link.
/// Returns the link's secret.
pub async fn set_link(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    is_open: bool,
) -> Result<Option<String>> {
    context.limits.change(viewer.id)?;
    let link = is_open.then(|| new_link(context.clock.now()));
    let (user, stored) = (viewer.id, link.clone());
    let done = context
        .store
        .write(move |mut conn| {
            let stored = stored.clone();
            Box::pin(async move { rooms::settings::set_link(&mut conn, user, room, stored).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| link)
}

/// The secret of a new link: 74 random bits, and the time from which it expires.
fn new_link(now: Timestamp) -> String {
    let (a, b) = (Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes());
    // The first bytes of a UUID of version 4 are random as a whole.
    let random = [a[0], a[1], a[2], a[3], a[4], b[0], b[1], b[2], b[3], b[4]];
    let millis = u64::try_from(now.0 / (SECOND / 1_000)).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().simple().to_string()
}

fn has_expired(link: &str, now: Timestamp) -> bool {
    link_made_at(link).is_some_and(|made_at| made_at.plus(LINK_LIFETIME_MICROS) <= now)
}

/// The members of one of the viewer's rooms.
pub async fn people(context: &ContextInner, viewer: &Viewer, room: ConversationId) -> Result<RoomPeople> {
    let (user, now) = (viewer.id, context.clock.now());
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { rooms::people::people(&mut conn, user, room, now).await })
        })
        .await
        .map_err(failed)?;
    let found = found.ok_or_else(|| ApiError::not_found(Missing::Conversation))?;
    Ok(RoomPeople { link: found.link.filter(|link| !has_expired(link, now)), ..found })
}

/// The other participants who have read a message of one of the viewer's conversations.
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
            Box::pin(async move { rooms::people::readers(&mut conn, user, conversation, seq).await })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// Users whom the viewer can invite, because they share a conversation. `search` matches a part of their
/// name.
pub async fn contacts(context: &ContextInner, viewer: &Viewer, search: String) -> Result<Vec<Person>> {
    let search = check_search(Some(search))?;
    // Without a text it reads as much.
    context.limits.search(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { rooms::people::contacts(&mut conn, user, &search, CONTACTS_MAX).await })
        })
        .await
        .map_err(failed)
}

fn command(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
) -> Result<RoomCommand> {
    check_message_id("message_id", id)?;
    context.limits.change(viewer.id)?;
    Ok(RoomCommand { id, room, user: viewer.id })
}

fn answer(done: CommandOutcome) -> Result<ConversationId> {
    match done {
        CommandOutcome::Room(id) => Ok(id),
        CommandOutcome::Conflict => Err(ApiError::conflict("Another message or room has this id.")),
        CommandOutcome::NoRoom => Err(ApiError::not_found(Missing::Conversation)),
        CommandOutcome::NoPerson => Err(ApiError::not_found(Missing::Person)),
        CommandOutcome::NotModerator => Err(ApiError::forbidden(words::room_refused_not_moderator())),
        CommandOutcome::Limited => Err(ApiError::forbidden(words::limit_refused_room())),
        CommandOutcome::Unconfirmed => Err(ApiError::forbidden(words::account_refused_unconfirmed())),
        CommandOutcome::StaffOnly => Err(ApiError::forbidden(words::room_refused_staff_only())),
        CommandOutcome::Full => {
            Err(ApiError::conflict(words::room_refused_full(&ROOM_PEOPLE_MAX.to_string())))
        }
        CommandOutcome::TooMany => {
            Err(ApiError::conflict(words::room_refused_too_many(&ROOMS_MAX.to_string())))
        }
        CommandOutcome::NoInvitation => {
            let message = words::room_refused_no_invitation().to_owned();
            Err(ApiError { message, ..ApiError::not_found(Missing::Room) })
        }
        CommandOutcome::Removed => Err(ApiError::forbidden(words::room_refused_removed())),
        CommandOutcome::RemovedPerson => Err(ApiError::forbidden(words::room_refused_removed_person())),
        CommandOutcome::Accepted => Err(ApiError::conflict(words::room_refused_accepted())),
        CommandOutcome::TooManyToday { wait_s } => {
            let message = words::room_refused_too_many_today().to_owned();
            Err(ApiError { message, ..ApiError::too_fast(wait_s) })
        }
        CommandOutcome::TooManyInvited => {
            Err(ApiError::conflict(words::room_refused_too_many_invited(&ROOM_INVITATIONS_MAX.to_string())))
        }
        CommandOutcome::InvitedElsewhere => Err(ApiError::conflict(words::room_refused_invited_elsewhere())),
    }
}
