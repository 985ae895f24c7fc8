//! Invitations into rooms. Whoever is invited is no participant: nothing of the room reaches them until they accept. An
//! invitation is open for 30 days. One that is declined is gone for who was invited; the room goes on listing it until it
//! expires, so that nobody learns of the answer, and inviting again for as long asks nobody.

use uuid::Uuid;

use super::{
    command::{CommandOutcome, RoomCommand},
    members::{moderators, role_of},
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        notifications::{
            cascade,
            notify::{NotificationContent, notify},
        },
        on,
        sync::positions,
        users::blocks::is_blocked,
    },
    shared::{
        conversations::{
            role::Role,
            rooms::{
                INVITATION_LIFETIME_MICROS, InvitedPerson, ROOM_INVITATIONS_MAX, RoomInvitation,
                USER_INVITATIONS_MAX,
            },
            system_messages::SystemMessage,
        },
        ids::{ConversationId, UserId},
        notifications::kinds::NotificationKind,
        users::Person,
        values::time::{DAY, SECOND, Timestamp},
    },
};

/// A condition: the invitation `i` is neither answered nor withdrawn, is younger than a bound time, whoever is invited is
/// not in the room, and who invited was not taken out of it.
macro_rules! is_open {
    ($after:literal) => {
        concat!(
            "i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.created_at > ",
            $after,
            " AND NOT EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = i.conversation_id \
             AND ((p.user_id = i.user_id AND p.left_at IS NULL) OR (p.user_id = i.invited_by AND p.left_at IS NOT NULL AND p.removed = 1)))"
        )
    };
}

/// The invitations that a bound user sees, after a bound time: not those of who is suspended, of a block between the two,
/// and of rooms that are closed or empty.
macro_rules! select_of_user {
    ($columns:literal, $tail:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM room_invitations i JOIN rooms r ON r.conversation_id = i.conversation_id \
             JOIN conversations c ON c.id = i.conversation_id JOIN users u ON u.id = i.invited_by \
             WHERE i.user_id = $1 AND i.declined_at IS NULL AND c.closed = 0 AND r.people > 0 AND u.suspended_at IS NULL AND ",
            is_open!("$2"),
            " AND NOT ",
            is_blocked!("i.user_id", "i.invited_by"),
            $tail
        )
    };
}

/// An invitation that a command adds.
pub(super) struct NewInvitation {
    user: UserId,
    /// False for whoever has declined lately, or was told on this day of an invitation into this room that was withdrawn.
    is_notified: bool,
}

/// Those of `people` who are not invited yet, if the bounds allow it: people invited on a day by one user, open invitations
/// of a room, and of each of the people. The caller has locked all of them.
pub(super) async fn check(
    conn: &mut Conn<'_>,
    (room, by): (ConversationId, UserId),
    people: &[UserId],
    per_day: i64,
    now: Timestamp,
) -> Result<std::result::Result<Vec<NewInvitation>, CommandOutcome>> {
    let mut new = Vec::new();
    for user in people {
        new.extend(look_at(conn, room, *user, now).await?);
    }
    if new.is_empty() {
        return Ok(Ok(new));
    }
    let count = new.len() as i64;
    // The one that must be older than a day before so many more are few enough.
    let in_the_way: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT created_at FROM room_invitations WHERE invited_by = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT 1 OFFSET $3")
        .bind(by.0).bind(now.plus(-DAY).0).bind((per_day - count).max(0)).fetch_optional(&mut **c).await?);
    if let Some(at) = in_the_way {
        let wait_s = (Timestamp(at).plus(DAY).0 - now.0).max(0) / SECOND + 1;
        return Ok(Err(CommandOutcome::TooManyToday { wait_s }));
    }
    let open: i64 = on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT COUNT(*) FROM room_invitations i WHERE i.conversation_id = $1 AND ", is_open!("$2")))
        .bind(room.0).bind(oldest(now)).fetch_one(&mut **c).await?);
    if open + count > ROOM_INVITATIONS_MAX {
        return Ok(Err(CommandOutcome::TooManyInvited));
    }
    for one in &new {
        if has_too_many(conn, one.user, now).await? {
            return Ok(Err(CommandOutcome::InvitedElsewhere));
        }
    }
    Ok(Ok(new))
}

/// What inviting a user means; `None` if they are invited already.
async fn look_at(
    conn: &mut Conn<'_>,
    room: ConversationId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<NewInvitation>> {
    let found: Option<(bool, i64, Option<i64>, Option<i64>)> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT (", is_open!("$3"), "), i.created_at, i.withdrawn_at, i.declined_at FROM room_invitations i \
         WHERE i.conversation_id = $1 AND i.user_id = $2"))
        .bind(room.0).bind(user.0).bind(oldest(now)).fetch_optional(&mut **c).await?);
    let Some((is_open, created_at, withdrawn_at, declined_at)) = found else {
        return Ok(Some(NewInvitation { user, is_notified: true }));
    };
    let has_declined = declined_at.is_some_and(|at| at > oldest(now));
    let was_told = withdrawn_at.is_some() && created_at > now.plus(-DAY).0;
    Ok((!is_open).then_some(NewInvitation { user, is_notified: !has_declined && !was_told }))
}

async fn has_too_many(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<bool> {
    let last: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT created_at FROM room_invitations WHERE user_id = $1 AND created_at > $2 AND accepted_at IS NULL AND withdrawn_at IS NULL \
         AND declined_at IS NULL LIMIT 1 OFFSET $3")
        .bind(user.0).bind(oldest(now)).bind(USER_INVITATIONS_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(last.is_some())
}

/// Stores invitations that [`check`] allows, and notifies who is invited. `command` recognises the command when it is repeated.
pub(super) async fn add(
    conn: &mut Conn<'_>,
    (room, by): (ConversationId, UserId),
    command: Uuid,
    new: &[NewInvitation],
    now: Timestamp,
) -> Result<()> {
    for one in new {
        on!(conn, c => sqlx::query(
            "INSERT INTO room_invitations (id, conversation_id, user_id, invited_by, command_id, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (conversation_id, user_id) DO UPDATE SET invited_by = excluded.invited_by, command_id = excluded.command_id, \
             created_at = excluded.created_at, accepted_at = NULL, withdrawn_at = NULL, \
             declined_at = CASE WHEN room_invitations.declined_at > $7 THEN room_invitations.declined_at END")
            .bind(Uuid::now_v7()).bind(room.0).bind(one.user.0).bind(by.0).bind(command).bind(now.0).bind(oldest(now))
            .execute(&mut **c).await?.rows_affected());
    }
    let people: i64 = on!(conn, c => sqlx::query_scalar("SELECT people FROM rooms WHERE conversation_id = $1")
        .bind(room.0).fetch_one(&mut **c).await?);
    let told: Vec<_> = new.iter().filter(|one| one.is_notified).map(|one| one.user).collect();
    locks::heads_of(conn, &told.iter().map(|user| user.0).collect::<Vec<_>>()).await?;
    for user in &told {
        positions::raise(conn, *user).await?;
    }
    let event = SystemMessage::Invited { people: Vec::new(), more: people };
    let notification = NotificationContent {
        kind: NotificationKind::Message,
        event: &event,
        cause: Some(by),
        message: Some((room, 0)),
        order: None,
    };
    notify(conn, &told, &notification, now).await
}

/// Whether this command has invited somebody already.
pub(super) async fn is_repeated(conn: &mut Conn<'_>, command: RoomCommand) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM room_invitations WHERE conversation_id = $1 AND command_id = $2 AND invited_by = $3)")
        .bind(command.room.0).bind(command.id.0).bind(command.user.0).fetch_one(&mut **c).await?))
}

/// The user's open invitations, newest first.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<Vec<RoomInvitation>> {
    type Row = (Uuid, String, i64, Uuid, String, i64, i64);
    let rows: Vec<Row> = on!(conn, c => sqlx::query_as(select_of_user!(
        "i.conversation_id, r.name, r.people, u.id, u.name, u.hue, i.created_at", " ORDER BY i.created_at DESC, i.id DESC LIMIT $3"))
        .bind(user.0).bind(oldest(now)).bind(USER_INVITATIONS_MAX).fetch_all(&mut **c).await?);
    let mut invitations = Vec::new();
    for (room, name, people, by, by_name, hue, at) in rows {
        invitations.push(RoomInvitation {
            room: ConversationId(room),
            name,
            people,
            moderators: moderators(conn, ConversationId(room)).await?,
            invited_by: Person::new(UserId(by), by_name, hue),
            invited_at: Timestamp(at),
        });
    }
    Ok(invitations)
}

/// Whether the user has an open invitation into the room.
pub(super) async fn is_invited(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<bool> {
    let found: Option<i64> = on!(conn, c => sqlx::query_scalar(select_of_user!("i.created_at", " AND i.conversation_id = $3"))
        .bind(user.0).bind(oldest(now)).bind(room.0).fetch_optional(&mut **c).await?);
    Ok(found.is_some())
}

/// Who is invited into a room, the last one first: all, or those whom `by` has invited.
pub(super) async fn of_room(
    conn: &mut Conn<'_>,
    room: ConversationId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<InvitedPerson>> {
    type Row = (Uuid, String, i64, Uuid, String, i64, i64);
    let rows: Vec<Row> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT w.id, w.name, w.hue, u.id, u.name, u.hue, i.created_at FROM room_invitations i JOIN users w ON w.id = i.user_id \
         JOIN users u ON u.id = i.invited_by WHERE i.conversation_id = $1 AND ", is_open!("$2"),
        " AND ($5 = 0 OR i.invited_by = $3) ORDER BY i.created_at DESC, i.id DESC LIMIT $4"))
        .bind(room.0).bind(oldest(now)).bind(by.map_or(Uuid::nil(), |by| by.0)).bind(ROOM_INVITATIONS_MAX)
        .bind(i64::from(by.is_some())).fetch_all(&mut **c).await?);
    let invited = rows.into_iter().map(|(id, name, hue, by, by_name, by_hue, at)| InvitedPerson {
        person: Person::new(UserId(id), name, hue),
        invited_by: Person::new(UserId(by), by_name, by_hue),
        invited_at: Timestamp(at),
    });
    Ok(invited.collect())
}

/// Declines an invitation, which tells nobody. Idempotent.
pub async fn decline(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<CommandOutcome> {
    locks::user(conn, user).await?;
    if is_invited(conn, user, room, now).await? {
        on!(conn, c => sqlx::query("UPDATE room_invitations SET declined_at = $3 WHERE conversation_id = $1 AND user_id = $2")
            .bind(room.0).bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
        positions::raise(conn, user).await?;
        cascade::delete_of_invitation(conn, user, room, now).await?;
        return Ok(CommandOutcome::Room(room));
    }
    let has_declined: bool = on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM room_invitations WHERE conversation_id = $1 AND user_id = $2 AND declined_at > $3 AND accepted_at IS NULL)")
        .bind(room.0).bind(user.0).bind(oldest(now)).fetch_one(&mut **c).await?);
    Ok(if has_declined { CommandOutcome::Room(room) } else { CommandOutcome::NoInvitation })
}

/// Withdraws the invitation of `who`: a moderator any, a member their own. Idempotent.
pub async fn withdraw(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    who: UserId,
    now: Timestamp,
) -> Result<CommandOutcome> {
    if !locks::conversation_of_participant(conn, room, user).await? {
        return Ok(CommandOutcome::NoRoom);
    }
    let Some(role) = role_of(conn, user, room).await? else { return Ok(CommandOutcome::NoRoom) };
    if role_of(conn, who, room).await?.is_some() {
        return Ok(CommandOutcome::Accepted);
    }
    let found: Option<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT invited_by, withdrawn_at FROM room_invitations WHERE conversation_id = $1 AND user_id = $2 AND accepted_at IS NULL")
        .bind(room.0).bind(who.0).fetch_optional(&mut **c).await?);
    let found = found.filter(|(by, _)| role == Role::Moderator || *by == user.0);
    let Some((_, withdrawn_at)) = found else { return Ok(CommandOutcome::NoPerson) };
    if withdrawn_at.is_none() {
        on!(conn, c => sqlx::query("UPDATE room_invitations SET withdrawn_at = $3 WHERE conversation_id = $1 AND user_id = $2")
            .bind(room.0).bind(who.0).bind(now.0).execute(&mut **c).await?.rows_affected());
        positions::raise(conn, who).await?;
        cascade::delete_of_invitation(conn, who, room, now).await?;
    }
    Ok(CommandOutcome::Room(room))
}

/// The invitation of somebody who is in the room now is answered. The transaction has raised their sync position.
pub(super) async fn end_accepted(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE room_invitations SET accepted_at = $3, declined_at = NULL WHERE conversation_id = $1 AND user_id = $2 AND accepted_at IS NULL")
        .bind(room.0).bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    cascade::delete_of_invitation(conn, user, room, now).await
}

/// Whoever a moderator takes out has no invitation from before.
pub(super) async fn end_of_removed(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE room_invitations SET withdrawn_at = $3 WHERE conversation_id = $1 AND user_id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL")
        .bind(room.0).bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes invitations that have expired, and of which no answer has to be kept any more, at most `max`. Returns how many.
pub async fn delete_old(conn: &mut Conn<'_>, max: i64, now: Timestamp) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM room_invitations WHERE id IN (SELECT id FROM room_invitations WHERE created_at <= $1 \
         AND (declined_at IS NULL OR declined_at <= $1) LIMIT $2)")
        .bind(oldest(now)).bind(max).execute(&mut **c).await?.rows_affected()))
}

/// Invitations up to this time have expired.
fn oldest(now: Timestamp) -> i64 {
    now.plus(-INVITATION_LIFETIME_MICROS).0
}
