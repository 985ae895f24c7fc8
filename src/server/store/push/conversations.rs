//! Pushes about unread messages of a conversation. Its participant's row says up to where they were told by push, so a
//! message costs nothing for it.

use uuid::Uuid;

use super::subscriptions;
use crate::{
    server::store::{
        Conn, Result,
        mail::conversations::{SweepCursor, Unread},
        on,
        tasks::{self, Queue},
    },
    shared::{
        ids::{ConversationId, UserId},
        positions::{Seq, SyncSeq},
        values::time::Timestamp,
    },
};

/// Conversations of which a push says that they are unread.
const UNREAD_MAX: i64 = 20;

/// What a participant with unread messages was told by push, and what they have read.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Told {
    read_seq: Seq,
    /// The last text of another.
    pub noted_seq: Seq,
    pushed_seq: Seq,
    from_seq: Seq,
    floor_seq: Seq,
}

impl Told {
    /// Whether there is a text that was neither read nor told of by push.
    pub fn has_more(&self) -> bool {
        self.noted_seq > self.pushed_seq && self.is_unread()
    }

    /// Whether the last text was not read, and may be.
    pub fn is_unread(&self) -> bool {
        self.noted_seq > self.read_upto()
    }

    /// Up to here tasks were inserted.
    pub fn pushed_upto(&self) -> Seq {
        self.pushed_seq
    }

    /// Up to here the participant knows of everything, or will never see it.
    pub fn read_upto(&self) -> Seq {
        self.read_seq.max(self.floor_seq).max(self.from_seq - 1)
    }
}

/// What is known of an active participant who wants pushes of a conversation that is not muted and no room. `None` for
/// anybody else. Rooms are pushed by mention alone.
pub async fn told(conn: &mut Conn<'_>, unread: Unread) -> Result<Option<Told>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.read_seq, p.noted_seq, p.pushed_seq, p.from_seq, c.floor_seq FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.unread > 0 \
         AND p.left_at IS NULL AND p.muted_at IS NULL AND c.kind <> 'room' \
         AND EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.user_id = p.user_id)")
        .bind(unread.conversation.0).bind(unread.user.0).fetch_optional(&mut **c).await?))
}

/// Inserts a task for each browser of a participant who still has something unread that no push told of, and keeps that
/// they are told of it. Of several nodes one does. A task that is there already tells of everything.
pub async fn insert_tasks(
    conn: &mut Conn<'_>,
    unread: Unread,
    body: fn(Unread, Uuid) -> String,
    now: Timestamp,
) -> Result<()> {
    let Some(told) = told(conn, unread).await?.filter(Told::has_more) else { return Ok(()) };
    let kept = on!(conn, c => sqlx::query(
        "UPDATE participants SET pushed_seq = $3 WHERE conversation_id = $1 AND user_id = $2 AND pushed_seq < $3")
        .bind(unread.conversation.0).bind(unread.user.0).bind(told.noted_seq).execute(&mut **c).await?.rows_affected());
    if kept == 0 {
        return Ok(());
    }
    for subscription in subscriptions::of_user(conn, unread.user).await? {
        let key = format!("conversation {} {subscription}", unread.conversation.0);
        tasks::insert(conn, Queue::Push, &key, &body(unread, subscription), now, now).await?;
    }
    Ok(())
}

/// Participants who want pushes, of conversations whose last message is of [since, before] and after the first of their
/// subscriptions, with one that was neither read nor told of by push, after a cursor, and the cursor for the next ones. It
/// finds what a node that died had forgotten.
pub async fn sweep(
    conn: &mut Conn<'_>,
    after: SweepCursor,
    since: Timestamp,
    before: Timestamp,
    max: i64,
) -> Result<(Vec<Unread>, Option<SweepCursor>)> {
    let rows: Vec<(Uuid, Uuid, SyncSeq)> = on!(conn, c => sqlx::query_as(
        "SELECT p.conversation_id, p.user_id, p.noted FROM participants p JOIN conversations c ON c.id = p.conversation_id \
         WHERE (p.user_id, p.noted) > ($1, $2) AND p.unread > 0 AND p.left_at IS NULL AND p.muted_at IS NULL \
         AND p.noted_seq > p.pushed_seq AND p.noted_seq > p.read_seq AND c.last_message_at BETWEEN $3 AND $4 \
         AND c.kind <> 'room' AND EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.user_id = p.user_id \
         AND s.created_at <= c.last_message_at) ORDER BY p.user_id, p.noted LIMIT $5")
        .bind(after.user).bind(after.noted).bind(since.0).bind(before.0).bind(max).fetch_all(&mut **c).await?);
    let next = rows
        .last()
        .filter(|_| rows.len() as i64 == max)
        .map(|(_, user, noted)| SweepCursor { user: *user, noted: *noted });
    let unread = rows.into_iter().map(|(conversation, user, _)| Unread {
        conversation: ConversationId(conversation),
        user: UserId(user),
    });
    Ok((unread.collect(), next))
}

/// The last unread text of another, as it is now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LastText {
    pub body: String,
    pub sender_name: String,
    /// How many there are with it.
    pub count: i64,
}

/// The last text of others in (after, upto]. `None` if all are deleted.
pub async fn last_text(
    conn: &mut Conn<'_>,
    unread: Unread,
    after: Seq,
    upto: Seq,
) -> Result<Option<LastText>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT m.body, COALESCE(u.name, '') AS sender_name, (SELECT COUNT(*) FROM messages WHERE conversation_id = $1 \
         AND seq > $3 AND seq <= $4 AND kind = 'text' AND deleted_at IS NULL AND sender_id <> $2) AS count \
         FROM messages m LEFT JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = $1 AND m.seq > $3 AND m.seq <= $4 \
         AND m.kind = 'text' AND m.deleted_at IS NULL AND m.sender_id <> $2 ORDER BY m.seq DESC LIMIT 1")
        .bind(unread.conversation.0).bind(unread.user.0).bind(after).bind(upto).fetch_optional(&mut **c).await?))
}

/// The user's unread conversations; `None` if they are more than a push names.
pub async fn unread_of(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Vec<ConversationId>>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT conversation_id FROM participants WHERE user_id = $1 AND unread > 0 AND left_at IS NULL AND muted_at IS NULL \
         LIMIT $2")
        .bind(user.0).bind(UNREAD_MAX + 1).fetch_all(&mut **c).await?);
    let are_all = ids.len() as i64 <= UNREAD_MAX;
    Ok(are_all.then(|| ids.into_iter().map(ConversationId).collect()))
}
