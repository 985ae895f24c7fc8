//! Rooms: who is in them, and what becomes of that. Rows of participants are never deleted: who leaves
//! is marked, and who comes back goes on with his row.

use uuid::Uuid;

use super::{
    Conn, Result, conversations,
    engine::locks,
    listings::like,
    messages::{
        self, FirstHash,
        system::{self, Line},
    },
    notifications::{self, News},
    on,
    operators::site_settings,
    sync::positions,
};
use crate::shared::positions::Seq;
use crate::shared::{conversations::role::Role, notifications::kinds::NotificationKind};
use crate::{
    server::faults,
    shared::{
        conversations::rooms::{History, ROOM_PEOPLE_MAX, ROOMS_MAX, Reader, RoomPeople, RoomPerson},
        ids::{ConversationId, MessageId, UserId},
        system_messages::{NamedUser, SystemMessage},
        users::Person,
        values::{text::folded, time::Timestamp},
    },
};

#[derive(Clone)]
pub struct NewRoom {
    pub id: ConversationId,
    pub by: UserId,
    pub name: String,
    pub history: History,
    /// Each once, without who makes it.
    pub people: Vec<UserId>,
    /// By a member, who has to know whom he invites, and can make rooms only where members may.
    pub is_by_member: bool,
    pub first_hash: FirstHash,
}

/// A command about a room that is there already. Its id is that of its system message.
#[derive(Clone, Copy)]
pub struct Command {
    pub id: MessageId,
    pub room: ConversationId,
    pub user: UserId,
}

pub enum Done {
    /// It stands now, or stood already by the same command.
    Room(ConversationId),
    /// The id belongs to something else.
    Conflict,
    /// There is no such room for this user.
    NoRoom,
    /// There is no such person for this user.
    NoPerson,
    /// Only a moderator may do this.
    NotModerator,
    /// Members make no rooms here.
    StaffOnly,
    /// There would be more than [`ROOM_PEOPLE_MAX`].
    Full,
    /// This user is in [`ROOMS_MAX`] rooms, or in as many conversations as one may.
    TooMany,
}

/// A room with everybody in it, and its first system message.
pub async fn create(conn: &mut Conn<'_>, new: NewRoom, now: Timestamp) -> Result<Done> {
    locks::user(conn, new.by).await?;
    if let Some(known) = known(conn, &new).await? {
        return Ok(known);
    }
    if new.is_by_member && !site_settings::get(conn).await?.can_make_rooms {
        return Ok(Done::StaffOnly);
    }
    if !can_invite(conn, new.by, new.is_by_member, &new.people).await? {
        return Ok(Done::NoPerson);
    }
    if has_too_many(conn, new.by).await? {
        return Ok(Done::TooMany);
    }
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO conversations (id, kind, created_at) VALUES ($1, 'room', $2) ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        return Ok(known(conn, &new).await?.unwrap_or(Done::Conflict));
    }
    on!(conn, c => sqlx::query(
        "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7)")
        .bind(new.id.0).bind(&new.name).bind(folded(&new.name)).bind(new.history.as_str()).bind(new.by.0)
        .bind(new.first_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    join(conn, new.id, new.by, Role::Moderator, 1).await?;
    for user in &new.people {
        join(conn, new.id, *user, Role::Member, 1).await?;
    }
    count_people(conn, new.id).await?;
    let event = SystemMessage::RoomMade { name: new.name };
    let line = Line::event(MessageId::new(), new.id, Some(new.by), &event);
    let seqs = system::append(conn, &[line], now).await?;
    tell_invited(conn, new.id, new.by, &new.people, &seqs, now).await?;
    Ok(Done::Room(new.id))
}

async fn known(conn: &mut Conn<'_>, new: &NewRoom) -> Result<Option<Done>> {
    let known: Option<(Uuid, Vec<u8>)> = on!(conn, c => sqlx::query_as(
        "SELECT created_by, first_hash FROM rooms WHERE conversation_id = $1")
        .bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(known.map(
        |(by, hash)| {
            if by == new.by.0 && hash == new.first_hash { Done::Room(new.id) } else { Done::Conflict }
        },
    ))
}

/// Whether somebody is in as many rooms, or conversations of all kinds, as one may. He can still be invited
/// into more: how many somebody is in is not for others to know.
async fn has_too_many(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let last: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT p.listed FROM participants p JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.user_id = $1 AND p.left_at IS NULL LIMIT 1 OFFSET $2")
        .bind(user.0).bind(ROOMS_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(last.is_some() || conversations::has_too_many(conn, user).await?)
}

/// Whether each of these people exists and, for a member, shares an active conversation with him.
async fn can_invite(conn: &mut Conn<'_>, user: UserId, is_member: bool, people: &[UserId]) -> Result<bool> {
    let found = match is_member {
        true => crate::server::store::users::presence::of(conn, user, people).await?.len(),
        false => names(conn, people).await?.len(),
    };
    Ok(found == people.len())
}

/// Invites people into a room, who may be in it already.
pub async fn invite(
    conn: &mut Conn<'_>,
    command: Command,
    people: Vec<UserId>,
    is_by_member: bool,
    now: Timestamp,
) -> Result<Done> {
    let room = match begin(conn, command, |event| matches!(event, SystemMessage::Invited { .. })).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if !can_invite(conn, command.user, is_by_member, &people).await? {
        return Ok(Done::NoPerson);
    }
    let there = roles(conn, command.room).await?;
    let fresh: Vec<_> =
        people.into_iter().filter(|user| there.iter().all(|(other, _)| other != user)).collect();
    if fresh.is_empty() {
        return Ok(Done::Room(command.room));
    }
    if room.people + fresh.len() as i64 > ROOM_PEOPLE_MAX {
        return Ok(Done::Full);
    }
    for user in &fresh {
        join(conn, command.room, *user, Role::Member, room.first_seq()).await?;
    }
    let names = names(conn, &fresh).await?;
    let more = names.len().saturating_sub(NAMED_MAX) as i64;
    let event = SystemMessage::Invited { people: names.into_iter().take(NAMED_MAX).collect(), more };
    let seqs = finish(conn, command, event, now).await?;
    tell_invited(conn, command.room, command.user, &fresh, &seqs, now).await?;
    Ok(Done::Room(command.room))
}

async fn tell_invited(
    conn: &mut Conn<'_>,
    room: ConversationId,
    by: UserId,
    people: &[UserId],
    seqs: &[Seq],
    now: Timestamp,
) -> Result<()> {
    let event = SystemMessage::Invited { people: Vec::new(), more: 0 };
    let told = News {
        kind: NotificationKind::Message,
        event: &event,
        cause: Some(by),
        at: seqs.first().map(|seq| (room, *seq)),
        order: None,
    };
    notifications::tell(conn, people, &told, now).await
}

/// People whom one system message names.
const NAMED_MAX: usize = 3;

/// Joins the room that a link leads to. Who is in it already stays in it.
pub async fn join_by_link(
    conn: &mut Conn<'_>,
    user: UserId,
    id: MessageId,
    link: &str,
    now: Timestamp,
) -> Result<Done> {
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT conversation_id FROM rooms WHERE link = $1")
        .bind(link).fetch_optional(&mut **c).await?);
    let Some(room) = found else { return Ok(Done::NoRoom) };
    let command = Command { id, room: ConversationId(room), user };
    locks::user(conn, user).await?;
    locks::conversation(conn, command.room).await?;
    // As it is now that nobody else can change it.
    let room = row(conn, command.room).await?.filter(|room| room.link.as_deref() == Some(link));
    let Some(room) = room else { return Ok(Done::NoRoom) };
    if conversations::get(conn, user, command.room).await?.is_some() {
        return Ok(Done::Room(command.room));
    }
    if messages::by_id(conn, id).await?.is_some() {
        return Ok(Done::Conflict);
    }
    if room.people >= ROOM_PEOPLE_MAX {
        return Ok(Done::Full);
    }
    if has_too_many(conn, user).await? {
        return Ok(Done::TooMany);
    }
    join(conn, command.room, user, Role::Member, room.first_seq()).await?;
    let Some(person) = names(conn, &[user]).await?.pop() else { return Ok(Done::NoPerson) };
    finish(conn, command, SystemMessage::Joined { person }, now).await?;
    Ok(Done::Room(command.room))
}

/// Leaves a room, or takes somebody else out of it, which only a moderator may.
pub async fn remove(conn: &mut Conn<'_>, command: Command, who: UserId, now: Timestamp) -> Result<Done> {
    let is_leaving = who == command.user;
    let is_same = |event: &SystemMessage| match event {
        SystemMessage::Left { .. } => is_leaving,
        SystemMessage::Removed { person } => person.id == who,
        _ => false,
    };
    if let Some(done) = repeated(conn, command, is_same).await? {
        return Ok(done);
    }
    let room = match begin(conn, command, |_| false).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if !is_leaving && room.role != Role::Moderator {
        return Ok(Done::NotModerator);
    }
    let there = roles(conn, command.room).await?;
    if there.iter().all(|(other, _)| *other != who) {
        return Ok(Done::NoPerson);
    }
    let Some(person) = names(conn, &[who]).await?.pop() else { return Ok(Done::NoPerson) };
    // Everybody's heads, also of who goes, in the order in which they are always taken.
    locks::conversations(conn, &[command.room.0]).await?;
    let head = positions::raise(conn, who).await?;
    on!(conn, c => sqlx::query(
        "UPDATE participants SET left_at = $3, changed = $4, unread = 0 WHERE conversation_id = $1 AND user_id = $2")
        .bind(command.room.0).bind(who.0).bind(now.0).bind(head).execute(&mut **c).await?.rows_affected());
    notifications::leave(conn, who, command.room, head, now).await?;
    if faults::is("row_deleted_on_leaving") {
        on!(conn, c => sqlx::query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2")
            .bind(command.room.0).bind(who.0).execute(&mut **c).await?.rows_affected());
    }
    if !is_leaving {
        // By the old link he would be back at once.
        on!(conn, c => sqlx::query("UPDATE rooms SET link = NULL WHERE conversation_id = $1")
            .bind(command.room.0).execute(&mut **c).await?.rows_affected());
    }
    // A room is never without somebody who looks after it.
    let rest: Vec<_> = there.into_iter().filter(|(other, _)| *other != who).collect();
    if let Some((next, _)) = rest.first().filter(|_| rest.iter().all(|(_, role)| *role != Role::Moderator)) {
        put_role(conn, command.room, *next, Role::Moderator).await?;
    }
    let event = if is_leaving { SystemMessage::Left { person } } else { SystemMessage::Removed { person } };
    finish(conn, command, event, now).await?;
    Ok(Done::Room(command.room))
}

pub async fn rename(conn: &mut Conn<'_>, command: Command, name: String, now: Timestamp) -> Result<Done> {
    let event = SystemMessage::Renamed { name: name.clone() };
    let room = match begin(conn, command, |known| *known == event).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if room.role != Role::Moderator {
        return Ok(Done::NotModerator);
    }
    if room.name == name {
        return Ok(Done::Room(command.room));
    }
    on!(conn, c => sqlx::query("UPDATE rooms SET name = $2, folded = $3 WHERE conversation_id = $1")
        .bind(command.room.0).bind(&name).bind(folded(&name)).execute(&mut **c).await?.rows_affected());
    finish(conn, command, event, now).await?;
    Ok(Done::Room(command.room))
}

/// Makes somebody in the room a moderator, or a plain member again. Never the last one.
pub async fn set_role(
    conn: &mut Conn<'_>,
    command: Command,
    who: UserId,
    role: Role,
    now: Timestamp,
) -> Result<Done> {
    let is_same = |event: &SystemMessage| matches!(event, SystemMessage::Promoted { person, role: given } if person.id == who && *given == role);
    let room = match begin(conn, command, is_same).await? {
        Ok(room) => room,
        Err(done) => return Ok(done),
    };
    if room.role != Role::Moderator {
        return Ok(Done::NotModerator);
    }
    let there = roles(conn, command.room).await?;
    let Some((_, before)) = there.iter().find(|(other, _)| *other == who) else { return Ok(Done::NoPerson) };
    if *before == role {
        return Ok(Done::Room(command.room));
    }
    let is_last = !there.iter().any(|(other, held)| *other != who && *held == Role::Moderator);
    if role != Role::Moderator && is_last {
        return Ok(Done::NotModerator);
    }
    let Some(person) = names(conn, &[who]).await?.pop() else { return Ok(Done::NoPerson) };
    put_role(conn, command.room, who, role).await?;
    finish(conn, command, SystemMessage::Promoted { person, role }, now).await?;
    Ok(Done::Room(command.room))
}

/// Opens the way in by a link, anew each time, or closes it. Tells nobody: it is no news.
pub async fn set_link(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    link: Option<String>,
) -> Result<Done> {
    locks::conversation(conn, room).await?;
    match role(conn, user, room).await? {
        None => return Ok(Done::NoRoom),
        Some(Role::Moderator) => {}
        Some(_) => return Ok(Done::NotModerator),
    }
    on!(conn, c => sqlx::query("UPDATE rooms SET link = $2 WHERE conversation_id = $1")
        .bind(room.0).bind(link).execute(&mut **c).await?.rows_affected());
    Ok(Done::Room(room))
}

/// Who is in a room, by name, who has left it since the first message that this user may see, and its link;
/// nothing for a stranger.
pub async fn people(conn: &mut Conn<'_>, user: UserId, room: ConversationId) -> Result<Option<RoomPeople>> {
    let Some(mine) = role(conn, user, room).await? else { return Ok(None) };
    let Some(found) = row(conn, room).await? else { return Ok(None) };
    let rows: Vec<(Uuid, String, i64, String)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, p.role FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at IS NULL ORDER BY u.folded_name, u.id LIMIT $2")
        .bind(room.0).bind(ROOM_PEOPLE_MAX).fetch_all(&mut **c).await?);
    let people = rows.into_iter().map(|(id, name, hue, role)| RoomPerson {
        person: Person { id: UserId(id), name, hue },
        role: Role::parse(&role).unwrap_or(Role::Member),
    });
    let former: Vec<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at >= COALESCE((SELECT m.created_at FROM participants me \
             JOIN messages m ON m.conversation_id = me.conversation_id AND m.seq = me.from_seq \
             WHERE me.conversation_id = $1 AND me.user_id = $3), 0) ORDER BY p.left_at DESC, u.id LIMIT $2")
        .bind(room.0).bind(ROOM_PEOPLE_MAX).bind(user.0).fetch_all(&mut **c).await?);
    Ok(Some(RoomPeople {
        people: people.collect(),
        former: former.into_iter().map(|(id, name, hue)| Person { id: UserId(id), name, hue }).collect(),
        link: found.link.filter(|_| mine == Role::Moderator),
    }))
}

/// Who of the others in a conversation has read up to this message, first reader first; nothing for a
/// stranger.
pub async fn readers(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    seq: Seq,
) -> Result<Option<Vec<Reader>>> {
    let conversation = conversations::get(conn, user, id).await?;
    if conversation.is_none_or(|conversation| seq < conversation.first_seq() || seq > conversation.last_seq) {
        return Ok(None);
    }
    let rows: Vec<(Uuid, String, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, MIN(r.at) AS at FROM reads r JOIN users u ON u.id = r.user_id \
         JOIN participants p ON p.conversation_id = r.conversation_id AND p.user_id = r.user_id AND p.left_at IS NULL AND p.from_seq <= $2 \
         WHERE r.conversation_id = $1 AND r.upto_seq >= $2 AND r.user_id <> $3 GROUP BY u.id, u.name, u.hue ORDER BY at, u.id LIMIT $4")
        .bind(id.0).bind(seq).bind(user.0).bind(ROOM_PEOPLE_MAX).fetch_all(&mut **c).await?);
    Ok(Some(
        rows.into_iter()
            .map(|(id, name, hue, at)| Reader {
                person: Person { id: UserId(id), name, hue },
                at: Timestamp(at),
            })
            .collect(),
    ))
}

/// A room as one of its people finds it under the lock.
struct Room {
    name: String,
    history: History,
    link: Option<String>,
    people: i64,
    last_seq: Seq,
    floor_seq: Seq,
    /// Of who asks.
    role: Role,
}

impl Room {
    /// The first message that somebody who joins now may see: that he joined, or all.
    fn first_seq(&self) -> Seq {
        match self.history {
            History::Start => self.floor_seq + 1,
            History::Joining => self.last_seq + 1,
        }
    }
}

async fn row(conn: &mut Conn<'_>, id: ConversationId) -> Result<Option<Room>> {
    type Row = (String, String, Option<String>, i64, i64, i64);
    let row: Option<Row> = on!(conn, c => sqlx::query_as(
        "SELECT r.name, r.history, r.link, r.people, c.last_seq, c.floor_seq FROM rooms r \
         JOIN conversations c ON c.id = r.conversation_id WHERE r.conversation_id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|(name, history, link, people, last_seq, floor_seq)| Room {
        name,
        history: History::parse(&history).unwrap_or_default(),
        link,
        people,
        last_seq,
        floor_seq,
        role: Role::Member,
    }))
}

async fn role(conn: &mut Conn<'_>, user: UserId, room: ConversationId) -> Result<Option<Role>> {
    let role: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT p.role FROM participants p JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL")
        .bind(room.0).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(role.and_then(|role| Role::parse(&role)))
}

/// Who takes part and as what, the longest first.
async fn roles(conn: &mut Conn<'_>, room: ConversationId) -> Result<Vec<(UserId, Role)>> {
    let rows: Vec<(Uuid, String)> = on!(conn, c => sqlx::query_as(
        "SELECT user_id, role FROM participants WHERE conversation_id = $1 AND left_at IS NULL ORDER BY from_seq, user_id")
        .bind(room.0).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, role)| (UserId(id), Role::parse(&role).unwrap_or(Role::Member))).collect())
}

async fn put_role(conn: &mut Conn<'_>, room: ConversationId, user: UserId, role: Role) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE participants SET role = $3 WHERE conversation_id = $1 AND user_id = $2")
        .bind(room.0).bind(user.0).bind(role.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// A participant from this message on, whom the command's message will tell. Who comes back has read
/// what he had read, and may read no more than before of what was said meanwhile.
async fn join(
    conn: &mut Conn<'_>,
    room: ConversationId,
    user: UserId,
    role: Role,
    from_seq: Seq,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, $4, 0, 0) \
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET left_at = NULL, role = excluded.role, from_seq = excluded.from_seq")
        .bind(room.0).bind(user.0).bind(role.as_str()).bind(from_seq).execute(&mut **c).await?.rows_affected());
    // Unread by its definition, before what the command itself adds.
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = (SELECT COUNT(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id \
             WHERE m.conversation_id = $1 AND m.seq > participants.read_seq AND m.seq > c.floor_seq AND m.seq >= participants.from_seq \
             AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> $2)) \
         WHERE conversation_id = $1 AND user_id = $2")
        .bind(room.0).bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

async fn names(conn: &mut Conn<'_>, users: &[UserId]) -> Result<Vec<NamedUser>> {
    let mut named = Vec::new();
    for user in users {
        let name: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
            .bind(user.0).fetch_optional(&mut **c).await?);
        named.extend(name.map(|name| NamedUser { id: *user, name }));
    }
    Ok(named)
}

async fn count_people(conn: &mut Conn<'_>, room: ConversationId) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE rooms SET people = (SELECT COUNT(*) FROM participants WHERE conversation_id = $1 AND left_at IS NULL) \
         WHERE conversation_id = $1")
        .bind(room.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The first answer again, whatever the sender is by now to the room.
async fn repeated(
    conn: &mut Conn<'_>,
    command: Command,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<Option<Done>> {
    let Some(known) = messages::by_id(conn, command.id).await? else { return Ok(None) };
    let is_same = known.is_of(command.room, command.user, is_same);
    Ok(Some(if is_same { Done::Room(command.room) } else { Done::Conflict }))
}

/// Locks the room and checks what must hold there: that the command is new, and that who sends it takes
/// part.
async fn begin(
    conn: &mut Conn<'_>,
    command: Command,
    is_same: impl Fn(&SystemMessage) -> bool,
) -> Result<std::result::Result<Room, Done>> {
    locks::conversation(conn, command.room).await?;
    if let Some(done) = repeated(conn, command, is_same).await? {
        return Ok(Err(done));
    }
    let Some(role) = role(conn, command.user, command.room).await? else { return Ok(Err(Done::NoRoom)) };
    let room = row(conn, command.room).await?;
    Ok(room.map(|room| Room { role, ..room }).ok_or(Done::NoRoom))
}

async fn finish(
    conn: &mut Conn<'_>,
    command: Command,
    event: SystemMessage,
    now: Timestamp,
) -> Result<Vec<Seq>> {
    count_people(conn, command.room).await?;
    let line = Line::event(command.id, command.room, Some(command.user), &event);
    system::append(conn, &[line], now).await
}

/// Who shares an active conversation with this user, by a part of the name (folded).
pub async fn contacts(conn: &mut Conn<'_>, user: UserId, search: &str, limit: i64) -> Result<Vec<Person>> {
    let rows: Vec<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue FROM users u WHERE u.id <> $1 AND u.suspended_at IS NULL AND u.folded_name LIKE $2 ESCAPE '\\' \
         AND u.id IN (SELECT o.user_id FROM participants m JOIN participants o ON o.conversation_id = m.conversation_id \
             WHERE m.user_id = $1 AND m.left_at IS NULL AND o.left_at IS NULL) ORDER BY u.folded_name, u.id LIMIT $3")
        .bind(user.0).bind(like(search)).bind(limit).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, name, hue)| Person { id: UserId(id), name, hue }).collect())
}
