//! Rows of a room's members: roles, joining, the number of people, and the limits on rooms per user.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result, conversations, on,
        users::{blocks, consent},
    },
    shared::{
        conversations::system_messages::NamedUser,
        conversations::{
            role::Role,
            rooms::{MODERATORS_NAMED_MAX, ROOMS_MAX},
        },
        ids::{ConversationId, UserId},
        positions::Seq,
        users::Person,
    },
};

/// Whether a user is in as many rooms, or conversations of all kinds, as allowed. It limits creating and
/// joining only: an invitation must not reveal how many conversations the invited user has.
pub(super) async fn has_too_many(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let last: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT p.listed FROM participants p JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.user_id = $1 AND p.left_at IS NULL LIMIT 1 OFFSET $2")
        .bind(user.0).bind(ROOMS_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(last.is_some() || conversations::create::has_too_many(conn, user).await?)
}

/// Whether each of these people exists, no block stands between, and they are acquainted with who invites, if that is a plain
/// member. The caller has locked all of them.
pub(super) async fn can_invite(
    conn: &mut Conn<'_>,
    user: UserId,
    is_member: bool,
    people: &[UserId],
) -> Result<bool> {
    if is_member {
        return Ok(consent::acquainted(conn, user, people).await?.len() == people.len());
    }
    let is_free = blocks::without_blocked(conn, user, people.to_vec()).await?.len() == people.len();
    Ok(is_free && names_of(conn, people).await?.len() == people.len())
}

pub(super) async fn role_of(conn: &mut Conn<'_>, user: UserId, room: ConversationId) -> Result<Option<Role>> {
    let role: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT p.role FROM participants p JOIN rooms r ON r.conversation_id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL")
        .bind(room.0).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(role.and_then(|role| Role::parse(&role)))
}

/// Active members and their roles, the longest membership first.
pub(super) async fn roles(conn: &mut Conn<'_>, room: ConversationId) -> Result<Vec<(UserId, Role)>> {
    let rows: Vec<(Uuid, String)> = on!(conn, c => sqlx::query_as(
        "SELECT user_id, role FROM participants WHERE conversation_id = $1 AND left_at IS NULL ORDER BY from_seq, user_id")
        .bind(room.0).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, role)| (UserId(id), Role::parse(&role).unwrap_or(Role::Member))).collect())
}

pub(super) async fn update_role(
    conn: &mut Conn<'_>,
    room: ConversationId,
    user: UserId,
    role: Role,
) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE participants SET role = $3 WHERE conversation_id = $1 AND user_id = $2")
        .bind(room.0).bind(user.0).bind(role.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Adds or reactivates a member with this history start. The command's message sets their sync position. A
/// member who comes back keeps their read position.
pub(super) async fn join(
    conn: &mut Conn<'_>,
    room: ConversationId,
    user: UserId,
    role: Role,
    from_seq: Seq,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) VALUES ($1, $2, $3, $4, 0, 0) \
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET left_at = NULL, removed = 0, role = excluded.role, from_seq = excluded.from_seq")
        .bind(room.0).bind(user.0).bind(role.as_str()).bind(from_seq).execute(&mut **c).await?.rows_affected());
    // The unread count by its definition, before the command adds its own message.
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = (SELECT COUNT(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id \
             WHERE m.conversation_id = $1 AND m.seq > participants.read_seq AND m.seq > c.floor_seq AND m.seq >= participants.from_seq \
             AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> $2)) \
         WHERE conversation_id = $1 AND user_id = $2")
        .bind(room.0).bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Some of a room's moderators, by name.
pub(super) async fn moderators(conn: &mut Conn<'_>, room: ConversationId) -> Result<Vec<Person>> {
    let rows: Vec<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue FROM participants p JOIN users u ON u.id = p.user_id \
         WHERE p.conversation_id = $1 AND p.left_at IS NULL AND p.role = 'moderator' ORDER BY u.folded_name, u.id LIMIT $2")
        .bind(room.0).bind(MODERATORS_NAMED_MAX).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, name, hue)| Person::new(UserId(id), name, hue)).collect())
}

/// Whether a moderator has taken the user out of the room.
pub(super) async fn was_removed(conn: &mut Conn<'_>, room: ConversationId, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM participants WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NOT NULL AND removed = 1)")
        .bind(room.0).bind(user.0).fetch_one(&mut **c).await?))
}

pub(super) async fn names_of(conn: &mut Conn<'_>, users: &[UserId]) -> Result<Vec<NamedUser>> {
    let mut named = Vec::new();
    for user in users {
        let name: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
            .bind(user.0).fetch_optional(&mut **c).await?);
        named.extend(name.map(|name| NamedUser { id: *user, name }));
    }
    Ok(named)
}

pub(super) async fn update_people_count(conn: &mut Conn<'_>, room: ConversationId) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE rooms SET people = (SELECT COUNT(*) FROM participants WHERE conversation_id = $1 AND left_at IS NULL) \
         WHERE conversation_id = $1")
        .bind(room.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
