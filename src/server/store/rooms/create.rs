//! Idempotent creation of a room with its first members.

use uuid::Uuid;

use super::{
    command::CommandOutcome,
    invite::notify_invited,
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
    /// Distinct, without the creator.
    pub people: Vec<UserId>,
    /// Created by a plain member, who may invite only contacts, and only if the site settings let members
    /// create rooms.
    pub is_by_member: bool,
    /// Created only by who has confirmed their address, unless the site settings let others.
    pub is_for_confirmed: bool,
    pub first_hash: FirstHash,
}

/// Creates a room with its members and its first system message.
pub async fn create(conn: &mut Conn<'_>, new: NewRoom, now: Timestamp) -> Result<CommandOutcome> {
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
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, created_at) VALUES ($1, 'room', $2) ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        return Ok(find_existing(conn, &new).await?.unwrap_or(CommandOutcome::Conflict));
    }
    event_log::tell(conn, NewEvent::of_conversation(EventType::ConversationCreated, new.id), now).await?;
    on!(conn, c => sqlx::query(
        "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7)")
        .bind(new.id.0).bind(&new.name).bind(search_form(&new.name)).bind(new.history.as_str()).bind(new.by.0)
        .bind(new.first_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    join(conn, new.id, new.by, Role::Moderator, 1).await?;
    for user in &new.people {
        join(conn, new.id, *user, Role::Member, 1).await?;
    }
    update_people_count(conn, new.id).await?;
    let event = SystemMessage::RoomMade { name: new.name };
    let line = CommandMessage::system(MessageId::new(), new.id, Some(new.by), &event);
    let seqs = system::append(conn, &[line], now).await?;
    notify_invited(conn, new.id, new.by, &new.people, &seqs, now).await?;
    Ok(CommandOutcome::Room(new.id))
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
