//! Files: how far they have come, and which message has them. Their bytes are in the file store.

pub mod creation;
pub mod parts;
pub mod removal;
pub mod sending;

use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, FileId, MessageId, UserId},
        messages::files::{FileKind, MessageFile},
        positions::Seq,
        values::time::Timestamp,
    },
};

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Bytes are missing.
    Receiving,
    /// All bytes are there; what they are is looked at.
    Checking,
    /// It can be sent, or has been.
    Ready,
    /// It can't be sent, for the reason in `refusal`.
    Refused,
    /// Nobody can read it any more. Its bytes are deleted some time later.
    Deleted,
}

impl FileState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Ready => "ready",
            Self::Refused => "refused",
            Self::Deleted => "deleted",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Receiving, Self::Checking, Self::Ready, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
            .unwrap_or(Self::Deleted)
    }
}

#[derive(Clone, Debug, FromRow)]
struct FileRow {
    id: Uuid,
    user_id: Uuid,
    conversation_id: Uuid,
    name: String,
    claimed_kind: String,
    kind: String,
    media_type: String,
    size: i64,
    received: i64,
    state: String,
    refusal: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
    duration: Option<i64>,
    waveform: Option<String>,
    alt: Option<String>,
    message_id: Option<Uuid>,
    seq: Option<i64>,
    changed_at: i64,
}

/// A file, as the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub file: MessageFile,
    pub user: UserId,
    pub conversation: ConversationId,
    /// As what it was sent.
    pub claimed_kind: FileKind,
    /// Of sound.
    pub media_type: String,
    pub received: i64,
    pub state: FileState,
    /// A code, why it can't be sent.
    pub refusal: Option<String>,
    pub message: Option<MessageId>,
    pub seq: Option<Seq>,
    pub changed_at: Timestamp,
}

impl From<FileRow> for StoredFile {
    fn from(row: FileRow) -> Self {
        Self {
            file: MessageFile {
                id: FileId(row.id),
                kind: FileKind::parse(&row.kind),
                name: row.name,
                size: row.size,
                width: row.width,
                height: row.height,
                duration: row.duration,
                waveform: row.waveform,
                alt: row.alt,
            },
            user: UserId(row.user_id),
            conversation: ConversationId(row.conversation_id),
            claimed_kind: FileKind::parse(&row.claimed_kind),
            media_type: row.media_type,
            received: row.received,
            state: FileState::parse(&row.state),
            refusal: row.refusal,
            message: row.message_id.map(MessageId),
            seq: row.seq,
            changed_at: Timestamp(row.changed_at),
        }
    }
}

macro_rules! select_file {
    ($tail:literal) => {
        concat!(
            "SELECT id, user_id, conversation_id, name, claimed_kind, kind, media_type, size, received, state, refusal, ",
            "width, height, duration, waveform, alt, message_id, seq, changed_at FROM files ",
            $tail
        )
    };
}

pub async fn get(conn: &mut Conn<'_>, id: FileId) -> Result<Option<StoredFile>> {
    let row: Option<FileRow> = on!(conn, c => sqlx::query_as(select_file!("WHERE id = $1")).bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(StoredFile::from))
}

/// What a file was found to be.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    pub kind: Option<FileKind>,
    pub media_type: &'static str,
    pub size: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
}

/// A file that is complete can be sent. Without effect if it was checked before.
pub async fn set_ready(conn: &mut Conn<'_>, id: FileId, checked: &Checked) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'ready', kind = $2, media_type = $3, size = $4, width = $5, height = $6 \
         WHERE id = $1 AND state = 'checking'")
        .bind(id.0).bind(checked.kind.unwrap_or(FileKind::File).as_str()).bind(checked.media_type).bind(checked.size)
        .bind(checked.width).bind(checked.height).execute(&mut **c).await?.rows_affected());
    parts::delete(conn, id).await
}

/// A file that is complete can't be sent. Without effect if it was checked before.
pub async fn set_refused(conn: &mut Conn<'_>, id: FileId, refusal: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE files SET state = 'refused', refusal = $2 WHERE id = $1 AND state = 'checking'")
        .bind(id.0).bind(refusal).execute(&mut **c).await?.rows_affected());
    parts::delete(conn, id).await
}

/// Files that are complete and were not looked at since a time: whoever did that has stopped. Those from after `until` too: the
/// clock was put back since.
pub async fn unchecked(
    conn: &mut Conn<'_>,
    (since, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<FileId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM files WHERE message_id IS NULL AND (changed_at < $1 OR changed_at > $2) AND state = 'checking' \
         ORDER BY changed_at LIMIT $3")
        .bind(since.0).bind(until.0).bind(limit).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(FileId).collect())
}

/// Locks files of a user until the transaction ends, and returns those of them that are of this conversation and stand in no message,
/// whatever their state.
pub async fn lock_unsent(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    ids: &[FileId],
) -> Result<Vec<StoredFile>> {
    let mut files = Vec::new();
    for id in ids {
        let row: Option<FileRow> = on!(conn, c => sqlx::query_as(
            "UPDATE files SET changed_at = changed_at WHERE id = $1 AND user_id = $2 AND conversation_id = $3 \
             AND message_id IS NULL RETURNING *")
            .bind(id.0).bind(user.0).bind(conversation.0).fetch_optional(&mut **c).await?);
        files.extend(row.map(StoredFile::from));
    }
    Ok(files)
}

/// Gives files to a message, in the transaction that appends it.
pub async fn attach(conn: &mut Conn<'_>, ids: &[FileId], message: MessageId, seq: Seq) -> Result<()> {
    for id in ids {
        on!(conn, c => sqlx::query("UPDATE files SET message_id = $2, seq = $3 WHERE id = $1")
            .bind(id.0).bind(message.0).bind(seq).execute(&mut **c).await?.rows_affected());
    }
    Ok(())
}

/// Whether a user takes part in a conversation.
pub async fn takes_part(conn: &mut Conn<'_>, user: UserId, conversation: ConversationId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM participants WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL)")
        .bind(conversation.0).bind(user.0).fetch_one(&mut **c).await?))
}

/// Whether a user may read the messages of a conversation at a place.
pub async fn may_read(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    seq: Seq,
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM participants p JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL AND p.from_seq <= $3 AND c.floor_seq < $3)")
        .bind(conversation.0).bind(user.0).bind(seq).fetch_one(&mut **c).await?))
}
