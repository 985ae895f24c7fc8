//! Idempotent creation of a room with its first invitations.

use uuid::Uuid;

use super::{
    command::CommandOutcome,
    invitations,
    members::{can_invite, has_too_many, join, update_people_count},
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        mail::addresses,
        messages::{
            new_message::FirstHash,
            system::{self, CommandMessage},
        },
        on,
        operators::{cases::decide, site_settings},
        sync::event_log::{self, NewEvent},
    },
    shared::{
        conversations::system_messages::SystemMessage,
        conversations::{role::Role, rooms::History},
        ids::{ConversationId, MessageId, UserId},
        operators::events::EventType,
        values::{text::search_form, time::Timestamp},
    },
};

#[derive(Clone)]
pub struct NewRoom {
    pub id: ConversationId,
    pub by: UserId,
    pub name: String,
    pub history: History,
    /// Whom it begins with. Distinct, without the creator.
    pub people: Vec<UserId>,
    /// Created by a plain member, who may invite only contacts, and only if the site settings let members
    /// create rooms.
    pub is_by_member: bool,
    /// Created only by who has confirmed their address, unless the site settings let others.
    pub is_for_confirmed: bool,
    pub first_hash: FirstHash,
}

/// Creates a room with its first moderator and its first system message, and invites the others.
pub async fn create(
    conn: &mut Conn<'_>,
    new: NewRoom,
    invitations_per_day: i64,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let all: Vec<_> = new.people.iter().chain([&new.by]).map(|user| user.0).collect();
    locks::users(conn, &all).await?;
    if let Some(existing) = find_existing(conn, &new).await? {
        return Ok(existing);
    }
    if new.is_by_member && !site_settings::get(conn).await?.can_make_rooms {
        return Ok(CommandOutcome::StaffOnly);
    }
    if new.is_for_confirmed && addresses::is_unconfirmed(conn, new.by).await? {
        return Ok(CommandOutcome::Unconfirmed);
    }
    if decide::is_limited(conn, new.by, now).await? {
        return Ok(CommandOutcome::Limited);
    }
    if !can_invite(conn, new.by, new.is_by_member, &new.people).await? {
        return Ok(CommandOutcome::NoPerson);
    }
    if has_too_many(conn, new.by).await? {
        return Ok(CommandOutcome::TooMany);
    }
    let whose = (new.id, new.by);
    let invited = match invitations::check(conn, whose, &new.people, invitations_per_day, now).await? {
        Ok(invited) => invited,
        Err(refused) => return Ok(refused),
    };
    if !insert(conn, &new, now).await? {
        return Ok(find_existing(conn, &new).await?.unwrap_or(CommandOutcome::Conflict));
    }
    // All of them in one order, before the message raises the first.
    locks::heads_of(conn, &all).await?;
    announce(conn, &new, now).await?;
    invitations::add(conn, whose, new.id.0, &invited, now).await?;
    Ok(CommandOutcome::Room(new.id))
}

/// Creates a room in which all its people are members at once, without asking them or telling them of it: for the demo and
/// for load tests.
pub async fn create_with_members(
    conn: &mut Conn<'_>,
    new: NewRoom,
    now: Timestamp,
) -> Result<CommandOutcome> {
    let all: Vec<_> = new.people.iter().chain([&new.by]).map(|user| user.0).collect();
    locks::users(conn, &all).await?;
    if !insert(conn, &new, now).await? {
        return Ok(find_existing(conn, &new).await?.unwrap_or(CommandOutcome::Conflict));
    }
    for user in &new.people {
        join(conn, new.id, *user, Role::Member, 1).await?;
    }
    announce(conn, &new, now).await?;
    Ok(CommandOutcome::Room(new.id))
}

/// The room and its moderator. False if the id belongs to another conversation.
async fn insert(conn: &mut Conn<'_>, new: &NewRoom, now: Timestamp) -> Result<bool> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, created_at) VALUES ($1, 'room', $2) ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        return Ok(false);
    }
    event_log::tell(conn, NewEvent::of_conversation(EventType::ConversationCreated, new.id), now).await?;
    on!(conn, c => sqlx::query(
        "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7)")
        .bind(new.id.0).bind(&new.name).bind(search_form(&new.name)).bind(new.history.as_str()).bind(new.by.0)
        .bind(new.first_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    join(conn, new.id, new.by, Role::Moderator, 1).await?;
    Ok(true)
}

async fn announce(conn: &mut Conn<'_>, new: &NewRoom, now: Timestamp) -> Result<()> {
    update_people_count(conn, new.id).await?;
    let event = SystemMessage::RoomMade { name: new.name.clone() };
    let line = CommandMessage::system(MessageId::new(), new.id, Some(new.by), &event);
    system::append(conn, &[line], now).await?;
    Ok(())
}

async fn find_existing(conn: &mut Conn<'_>, new: &NewRoom) -> Result<Option<CommandOutcome>> {
    let existing: Option<(Uuid, Vec<u8>)> = on!(conn, c => sqlx::query_as(
        "SELECT created_by, first_hash FROM rooms WHERE conversation_id = $1")
        .bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(existing.map(|(by, hash)| {
        if by == new.by.0 && hash == new.first_hash {
            CommandOutcome::Room(new.id)
        } else {
            CommandOutcome::Conflict
        }
    }))
}
