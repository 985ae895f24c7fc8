//! Files to be received.

use super::{StoredFile, get, takes_part};
use crate::{
    server::store::{Conn, Result, on, users::blocks},
    shared::{
        ids::{ConversationId, FileId, UserId},
        messages::files::FileKind,
        values::time::Timestamp,
    },
};

/// A file to be received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub id: FileId,
    pub user: UserId,
    pub conversation: ConversationId,
    pub name: String,
    pub claimed_kind: FileKind,
    pub size: i64,
    pub duration: Option<i64>,
    pub waveform: Option<String>,
    pub alt: Option<String>,
}

/// How much of it one user may have.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Files that stand in no message.
    pub unsent: i64,
    /// Bytes of all files since `since`.
    pub bytes: i64,
    pub since: Timestamp,
}

pub enum CreateOutcome {
    /// It is there, now or before.
    Stored(Box<StoredFile>),
    /// The id belongs to another file.
    Conflict,
    NotParticipant,
    /// Nobody can write in the conversation.
    Closed,
    TooManyUnsent,
    OverQuota,
}

/// Stores a file of which nothing has come. Idempotent by its id.
pub async fn create(
    conn: &mut Conn<'_>,
    new: &NewFile,
    bounds: Bounds,
    now: Timestamp,
) -> Result<CreateOutcome> {
    if let Some(known) = get(conn, new.id).await? {
        return Ok(answer(known, new));
    }
    if !takes_part(conn, new.user, new.conversation).await? {
        return Ok(CreateOutcome::NotParticipant);
    }
    if blocks::is_closed(conn, new.conversation).await? {
        return Ok(CreateOutcome::Closed);
    }
    let (unsent, bytes) = usage(conn, new.user, bounds.since).await?;
    if unsent >= bounds.unsent {
        return Ok(CreateOutcome::TooManyUnsent);
    }
    if bytes + new.size > bounds.bytes {
        return Ok(CreateOutcome::OverQuota);
    }
    on!(conn, c => sqlx::query(
        "INSERT INTO files (id, user_id, conversation_id, name, claimed_kind, kind, media_type, size, received, state, duration, \
         waveform, alt, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5, '', $6, 0, 'receiving', $7, $8, $9, $10, $10) \
         ON CONFLICT (id) DO NOTHING")
        .bind(new.id.0).bind(new.user.0).bind(new.conversation.0).bind(&new.name).bind(new.claimed_kind.as_str()).bind(new.size)
        .bind(new.duration).bind(&new.waveform).bind(&new.alt).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(get(conn, new.id).await?.map_or(CreateOutcome::Conflict, |stored| answer(stored, new)))
}

/// The answer to `new`, given the file under its id. Its size and what it is may be known better by now.
fn answer(known: StoredFile, new: &NewFile) -> CreateOutcome {
    let is_same = known.user == new.user
        && known.conversation == new.conversation
        && known.file.name == new.name
        && known.claimed_kind == new.claimed_kind;
    if is_same { CreateOutcome::Stored(Box::new(known)) } else { CreateOutcome::Conflict }
}

/// Files of a user that stand in no message, and the bytes of all since a time.
async fn usage(conn: &mut Conn<'_>, user: UserId, since: Timestamp) -> Result<(i64, i64)> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(CASE WHEN message_id IS NULL AND state IN ('receiving', 'checking', 'ready') THEN 1 ELSE 0 END), 0) \
         AS BIGINT), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE user_id = $1 AND created_at > $2")
        .bind(user.0).bind(since.0).fetch_one(&mut **c).await?))
}
