//! Mails about unread messages of a conversation. Its participant's row says up to where, when and how often they were
//! mailed, so a message costs nothing for it.

use uuid::Uuid;

use super::addresses;
use crate::{
    server::store::{
        Conn, Result, on,
        tasks::{self, Queue},
    },
    shared::{
        ids::{ConversationId, MessageId, UserId},
        positions::{Seq, SyncSeq},
        values::time::{DAY, MINUTE, Timestamp},
    },
};

/// The least time between two mails about one conversation.
const INTERVAL: i64 = 15 * MINUTE;
/// After so many that were not followed by reading, it is a day.
const UNANSWERED_MAX: i64 = 3;
/// Messages that one mail shows; it says how many there are beyond.
pub const MESSAGES_MAX: i64 = 20;

/// A participant with unread messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unread {
    pub conversation: ConversationId,
    pub user: UserId,
}

impl Unread {
    /// The key of its task.
    pub fn key(self) -> String {
        format!("conversation {} {}", self.conversation.0, self.user.0)
    }
}

/// What a participant was told, and what they have read.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Told {
    pub read_seq: Seq,
    /// The last text of another.
    pub noted_seq: Seq,
    pub mailed_seq: Seq,
    mailed_at: i64,
    mails: i64,
    pub from_seq: Seq,
    pub floor_seq: Seq,
}

impl Told {
    /// Whether there is a text that was neither read nor mailed.
    pub fn has_more(&self) -> bool {
        self.noted_seq > self.told_seq()
    }

    /// Up to here the participant knows of everything, or will never see it.
    pub fn told_seq(&self) -> Seq {
        self.read_seq.max(self.mailed_seq).max(self.floor_seq).max(self.from_seq - 1)
    }

    /// Mails since the participant last read.
    fn unanswered(&self) -> i64 {
        if self.read_seq >= self.mailed_seq { 0 } else { self.mails }
    }

    /// The earliest time of the next mail.
    fn next_at(&self) -> Timestamp {
        let interval = if self.unanswered() >= UNANSWERED_MAX { DAY } else { INTERVAL };
        Timestamp(self.mailed_at + interval)
    }
}

/// What is known of an active participant of a conversation that is not muted and no room. `None` for anybody else.
/// Rooms are mailed by mention alone.
pub async fn told(conn: &mut Conn<'_>, unread: Unread) -> Result<Option<Told>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.read_seq, p.noted_seq, p.mailed_seq, p.mailed_at, p.mails, p.from_seq, c.floor_seq FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.unread > 0 \
         AND p.left_at IS NULL AND p.muted_at IS NULL AND p.mail_off = 0 AND c.kind <> 'room'")
        .bind(unread.conversation.0).bind(unread.user.0).fetch_optional(&mut **c).await?))
}

/// Inserts the task of each participant who still has something unread that no mail told of. One that is there already
/// tells of everything, so nothing is added to it.
pub async fn insert_tasks(
    conn: &mut Conn<'_>,
    unread: &[Unread],
    body: fn(Unread) -> String,
    now: Timestamp,
) -> Result<()> {
    for unread in unread {
        let Some(told) = told(conn, *unread).await?.filter(Told::has_more) else { continue };
        if !addresses::get(conn, unread.user).await?.is_some_and(|addressee| addressee.takes_mail()) {
            continue;
        }
        let due_at = told.next_at().max(now);
        tasks::insert(conn, Queue::Mail, &unread.key(), &body(*unread), due_at, now).await?;
    }
    Ok(())
}

/// Keeps that a mail told of everything up to `upto`, and gives the time of the next one if there is more already.
pub async fn set_mailed(
    conn: &mut Conn<'_>,
    unread: Unread,
    upto: Seq,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some(told) = told(conn, unread).await? else { return Ok(None) };
    let after = Told {
        mailed_seq: told.mailed_seq.max(upto),
        mailed_at: now.0,
        mails: told.unanswered() + 1,
        ..told
    };
    on!(conn, c => sqlx::query(
        "UPDATE participants SET mailed_seq = $3, mailed_at = $4, mails = $5 WHERE conversation_id = $1 AND user_id = $2")
        .bind(unread.conversation.0).bind(unread.user.0).bind(after.mailed_seq).bind(after.mailed_at).bind(after.mails)
        .execute(&mut **c).await?.rows_affected());
    Ok(after.has_more().then(|| after.next_at()))
}

/// The user's conversations with something unread that no mail told of, the latest first, at most `max`.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId, max: i64) -> Result<Vec<Unread>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT p.conversation_id FROM participants p JOIN conversations c ON c.id = p.conversation_id WHERE p.user_id = $1 \
         AND p.unread > 0 AND p.left_at IS NULL AND p.muted_at IS NULL AND p.noted_seq > p.mailed_seq \
         AND p.noted_seq > p.read_seq AND p.mail_off = 0 AND c.kind <> 'room' ORDER BY p.noted DESC LIMIT $2")
        .bind(user.0).bind(max).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(|id| Unread { conversation: ConversationId(id), user }).collect())
}

/// Up to where an active participant was mailed.
pub async fn mailed_seq(conn: &mut Conn<'_>, unread: Unread) -> Result<Option<Seq>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT mailed_seq FROM participants WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL")
        .bind(unread.conversation.0).bind(unread.user.0).fetch_optional(&mut **c).await?))
}

/// The user's last text in a conversation, with its id and time.
pub async fn last_of_sender(
    conn: &mut Conn<'_>,
    unread: Unread,
) -> Result<Option<(MessageId, String, Timestamp)>> {
    let last: Option<(Uuid, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT id, body, created_at FROM messages WHERE conversation_id = $1 AND sender_id = $2 AND kind = 'text' \
         ORDER BY seq DESC LIMIT 1")
        .bind(unread.conversation.0).bind(unread.user.0).fetch_optional(&mut **c).await?);
    Ok(last.map(|(id, body, at)| (MessageId(id), body, Timestamp(at))))
}

/// Ends mails about a conversation for this participant.
pub async fn stop(conn: &mut Conn<'_>, unread: Unread) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE participants SET mail_off = 1 WHERE conversation_id = $1 AND user_id = $2")
        .bind(unread.conversation.0).bind(unread.user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Place of a sweep over all who have something unread.
#[derive(Clone, Copy, Debug, Default)]
pub struct SweepCursor {
    pub user: Uuid,
    pub noted: SyncSeq,
}

/// Participants of conversations whose last message is of [since, before], with one that was neither read nor mailed, after a cursor, and the cursor
/// for the next ones. It finds what a timer of a node that died had forgotten.
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
         AND p.noted_seq > p.mailed_seq AND p.noted_seq > p.read_seq AND p.mail_off = 0 \
         AND c.last_message_at BETWEEN $3 AND $4 AND c.kind <> 'room' ORDER BY p.user_id, p.noted LIMIT $5")
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

/// A message as a mail shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MailedMessage {
    pub seq: Seq,
    pub body: String,
    pub created_at: i64,
    pub sender_name: String,
    pub is_edited: bool,
}

/// The texts of others in (after, upto], as they are now, the oldest [`MESSAGES_MAX`], and how many there are in all.
pub async fn messages(
    conn: &mut Conn<'_>,
    unread: Unread,
    after: Seq,
    upto: Seq,
) -> Result<(Vec<MailedMessage>, i64)> {
    let messages = on!(conn, c => sqlx::query_as(
        "SELECT m.seq, m.body, m.created_at, COALESCE(u.name, '') AS sender_name, m.edited_at IS NOT NULL AS is_edited \
         FROM messages m LEFT JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = $1 AND m.seq > $3 AND m.seq <= $4 \
         AND m.kind = 'text' AND m.deleted_at IS NULL AND m.sender_id <> $2 ORDER BY m.seq LIMIT $5")
        .bind(unread.conversation.0).bind(unread.user.0).bind(after).bind(upto).bind(MESSAGES_MAX)
        .fetch_all(&mut **c).await?);
    let count = on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND seq > $3 AND seq <= $4 AND kind = 'text' \
         AND deleted_at IS NULL AND sender_id <> $2")
        .bind(unread.conversation.0).bind(unread.user.0).bind(after).bind(upto).fetch_one(&mut **c).await?);
    Ok((messages, count))
}
