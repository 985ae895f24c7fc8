//! Messages: appending under the lock, and pages of them.

use std::sync::Arc;

use futures::{Stream, TryStreamExt};
use uuid::Uuid;

use super::{
    Conn, Database, Result, conversations,
    news::{Append, Told},
    on,
};
use crate::{
    server::faults,
    shared::{
        changes::{OpenThread, ThreadNews},
        conversations::Conversation,
        ids::{ConversationId, MessageId, UserId},
        messages::{MESSAGES_MAX, Message, MessageKind, PAGE_MAX_BYTES, Range, Read, Seq, Version},
        time::Timestamp,
    },
};

/// SHA-256 of kind and text as first sent: how a repeated send is known from a different one.
pub type FirstHash = [u8; 32];

#[derive(Clone)]
pub struct NewMessage {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub sender: UserId,
    pub kind: MessageKind,
    pub body: String,
    pub first_hash: FirstHash,
}

pub enum Appended {
    /// It is stored now, or was already under the same id, from the same sender, with the same
    /// text; either way this is how it stands.
    Stored(Message),
    /// The id belongs to another message.
    Conflict,
    /// There is no such conversation for this sender.
    NotParticipant,
}

#[derive(Clone, sqlx::FromRow)]
struct MessageRow {
    id: Uuid,
    conversation_id: Uuid,
    seq: i64,
    version: i64,
    sender_id: Option<Uuid>,
    kind: String,
    body: String,
    first_hash: Vec<u8>,
    created_at: i64,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
}

macro_rules! select_message {
    ($tail:literal) => {
        concat!(
            "SELECT id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at, edited_at, ",
            "deleted_at FROM messages ",
            $tail
        )
    };
}

impl MessageRow {
    fn into_message(self) -> Message {
        Message {
            id: MessageId(self.id),
            conversation: ConversationId(self.conversation_id),
            seq: self.seq,
            version: self.version,
            sender: self.sender_id.map(UserId),
            kind: MessageKind::parse(&self.kind),
            body: self.body,
            created_at: Timestamp(self.created_at),
            edited_at: self.edited_at.map(Timestamp),
            deleted_at: self.deleted_at.map(Timestamp),
        }
    }
}

/// Stores a message as the next of its conversation, with everybody's heads and unread counts.
/// A known id is answered before anything else is looked at, also after an edit or a deletion.
/// A single statement on PostgreSQL.
pub async fn append(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<Appended> {
    let (sender, conversation, first_hash) = (new.sender, new.conversation, new.first_hash);
    let stands = match &conn.database {
        Database::Sqlite(_) => append_sqlite(conn, new, now).await?,
        Database::Postgres(_) => append_postgres(conn, new, now).await?,
    };
    let Some(stands) = stands else { return Ok(Appended::NotParticipant) };
    let is_same = stands.sender_id == Some(sender.0)
        && stands.conversation_id == conversation.0
        && stands.first_hash == first_hash
        && !(faults::is("hash_of_current_text") && stands.edited_at.is_some());
    Ok(if is_same { Appended::Stored(stands.into_message()) } else { Appended::Conflict })
}

/// A stretch of messages that this participant may see, oldest first, at most `limit` and
/// [`PAGE_MAX_BYTES`] but at least one, with the steps of the others' reading that cover it.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: &Conversation,
    range: Range,
    limit: i64,
) -> Result<(Vec<Message>, Vec<Read>)> {
    let (id, first) = (conversation.id, conversation.first_seq());
    let messages = match range {
        Range::Newest => backward(conn, id, first, Seq::MAX, limit).await?,
        Range::BeforeSeq(seq) => backward(conn, id, first, seq, limit).await?,
        Range::AfterSeq(seq) => {
            forward(conn, id, first.max(seq.saturating_add(1)), limit, PAGE_MAX_BYTES).await?
        }
        Range::AroundSeq(seq) => {
            let mut messages = backward(conn, id, first, seq, limit / 2).await?;
            let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
            let room = PAGE_MAX_BYTES.saturating_sub(bytes);
            messages.extend(forward(conn, id, first.max(seq), limit - limit / 2, room).await?);
            messages
        }
    };
    let reads = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) => reads(conn, user, id, first.seq, last.seq).await?,
        _ => Vec::new(),
    };
    Ok((messages, reads))
}

/// What changed in a thread since the version that the client holds; nothing for a stranger or
/// if nothing did. The flag says that there is more.
pub(super) async fn since_version(
    conn: &mut Conn<'_>,
    user: UserId,
    open: OpenThread,
) -> Result<Option<(ThreadNews, bool)>> {
    let Some(conversation) = conversations::get(conn, user, open.conversation).await? else {
        return Ok(None);
    };
    if conversation.version <= open.version {
        return Ok(None);
    }
    let (base, id) = (open.version, open.conversation);
    let beyond: Option<Version> = on!(conn, c => sqlx::query_scalar(
        "SELECT version FROM messages WHERE conversation_id = $1 AND version > $2 ORDER BY version LIMIT 1 OFFSET $3")
        .bind(id.0).bind(base).bind(MESSAGES_MAX).fetch_optional(&mut **c).await?);
    if beyond.is_some() {
        let version = conversation.version;
        let news = ThreadNews { conversation: id, base, version, messages: vec![], is_reload: true };
        return Ok(Some((news, false)));
    }
    let messages = on!(conn, c => within(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND version > $2 ORDER BY version LIMIT $3"))
        .bind(id.0).bind(base).bind(MESSAGES_MAX).fetch(&mut **c), PAGE_MAX_BYTES).await?);
    // The conversation's version is that of its last changed message.
    let version = messages.last().map_or(conversation.version, |message| message.version);
    let is_cut = version < conversation.version;
    let first = conversation.first_seq();
    let messages = messages.into_iter().filter(|message| message.seq >= first).collect();
    Ok(Some((
        ThreadNews { conversation: open.conversation, base, version, messages, is_reload: false },
        is_cut,
    )))
}

/// A message that this user may see.
pub async fn visible(conn: &mut Conn<'_>, user: UserId, id: MessageId) -> Result<Option<Message>> {
    let Some(row) = by_id(conn, id).await? else { return Ok(None) };
    let conversation = conversations::get(conn, user, ConversationId(row.conversation_id)).await?;
    let is_visible = conversation.is_some_and(|conversation| row.seq >= conversation.first_seq());
    Ok(is_visible.then(|| row.into_message()))
}

async fn by_id(conn: &mut Conn<'_>, id: MessageId) -> Result<Option<MessageRow>> {
    Ok(
        on!(conn, c => sqlx::query_as(select_message!("WHERE id = $1")).bind(id.0).fetch_optional(&mut **c).await?),
    )
}

/// The message that stands under this id now. One step for all that is written, because the way to
/// SQLite's thread and back takes longer than the statements, each of which goes on only if the one
/// before has changed something; its one writer is the lock.
async fn append_sqlite(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<Option<MessageRow>> {
    let is_forgotten = faults::is("forgotten_id") && by_id(conn, new.id).await?.is_some();
    let id = if is_forgotten { MessageId::new() } else { new.id };
    let rows: Vec<StoredRow> = on!(conn, c => sqlx::query_as(concat!(
        "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) ",
        "SELECT $1, c.id, c.last_seq + 1, c.version + 1, p.user_id, $4, $5, $6, MAX($7, c.last_message_at) ",
        "FROM participants p JOIN conversations c ON c.id = p.conversation_id ",
        "WHERE p.conversation_id = $2 AND p.user_id = $3 AND p.left_at IS NULL ON CONFLICT (id) DO NOTHING; ",
        "UPDATE conversations SET last_seq = last_seq + 1, version = version + 1, visible = visible + 1, ",
        "last_message_id = $1, last_message_at = MAX($7, last_message_at) WHERE id = $2 AND changes() > 0; ",
        "UPDATE heads SET head = head + 1 WHERE changes() > 0 AND user_id IN ",
        "(SELECT user_id FROM participants WHERE conversation_id = $2 AND left_at IS NULL); ",
        "UPDATE participants SET changed = heads.head, listed = heads.head, ",
        "unread = unread + CASE WHEN participants.user_id = $3 THEN 0 ELSE 1 END ",
        "FROM heads WHERE changes() > 0 AND heads.user_id = participants.user_id ",
        "AND conversation_id = $2 AND left_at IS NULL ",
        "RETURNING user_id, changed, unread, muted_at IS NOT NULL AS is_muted, ",
        "(SELECT last_seq FROM conversations WHERE id = $2) AS seq, ",
        "(SELECT version FROM conversations WHERE id = $2) AS version, ",
        "(SELECT last_message_at FROM conversations WHERE id = $2) AS created_at"))
        .bind(id.0).bind(new.conversation.0).bind(new.sender.0).bind(new.kind.as_str()).bind(&new.body)
        .bind(new.first_hash.as_slice()).bind(now.0).fetch_all(&mut **c).await?);
    let Some(StoredRow { seq, version, created_at, .. }) = rows.first() else {
        return by_id(conn, new.id).await;
    };
    let row = MessageRow {
        id: id.0,
        conversation_id: new.conversation.0,
        seq: *seq,
        version: *version,
        sender_id: Some(new.sender.0),
        kind: new.kind.as_str().to_owned(),
        body: new.body,
        first_hash: new.first_hash.to_vec(),
        created_at: *created_at,
        edited_at: None,
        deleted_at: None,
    };
    let told = rows.into_iter().map(StoredRow::into_told).collect();
    conn.news.appended.push(Arc::new(Append { message: row.clone().into_message(), told }));
    Ok(Some(row))
}

/// What a stored message means to one participant, and what it has got.
#[derive(sqlx::FromRow)]
struct StoredRow {
    user_id: Uuid,
    changed: i64,
    unread: i64,
    is_muted: bool,
    seq: i64,
    version: i64,
    created_at: i64,
}

impl StoredRow {
    fn into_told(self) -> Told {
        Told { user: UserId(self.user_id), head: self.changed, unread: self.unread, is_muted: self.is_muted }
    }
}

#[derive(sqlx::FromRow)]
struct AppendedRow {
    #[sqlx(flatten)]
    message: MessageRow,
    told_users: Vec<Uuid>,
    told_heads: Vec<i64>,
    told_unread: Vec<i64>,
    told_muted: Vec<bool>,
}

impl AppendedRow {
    /// Nobody if nothing was stored, because the id was known.
    fn told(&self) -> Vec<Told> {
        let marks = self.told_heads.iter().zip(&self.told_unread).zip(&self.told_muted);
        let told = |(user, ((head, unread), is_muted)): (&Uuid, ((&i64, &i64), &bool))| Told {
            user: UserId(*user),
            head: *head,
            unread: *unread,
            is_muted: *is_muted,
        };
        self.told_users.iter().zip(marks).map(told).collect()
    }
}

/// The message that stands under this id now; the function is in the migrations.
async fn append_postgres(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<Option<MessageRow>> {
    let Database::Postgres(c) = &mut conn.database else { return Ok(None) };
    let row: Option<AppendedRow> = sqlx::query_as(
        "SELECT (stored).id, (stored).conversation_id, (stored).seq, (stored).version, (stored).sender_id, (stored).kind, \
         (stored).body, (stored).first_hash, (stored).created_at, (stored).edited_at, (stored).deleted_at, \
         told_users, told_heads, told_unread, told_muted FROM append_and_tell($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.0)
    .bind(new.conversation.0)
    .bind(new.sender.0)
    .bind(new.kind.as_str())
    .bind(&new.body)
    .bind(new.first_hash.as_slice())
    .bind(now.0)
    .fetch_optional(&mut **c)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let told = row.told();
    if !told.is_empty() {
        conn.news.appended.push(Arc::new(Append { message: row.message.clone().into_message(), told }));
    }
    Ok(Some(row.message))
}

async fn backward(
    conn: &mut Conn<'_>,
    id: ConversationId,
    first: Seq,
    before: Seq,
    limit: i64,
) -> Result<Vec<Message>> {
    let mut messages = on!(conn, c => within(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq DESC LIMIT $4"))
        .bind(id.0).bind(first).bind(before).bind(limit).fetch(&mut **c), PAGE_MAX_BYTES).await?);
    messages.reverse();
    Ok(messages)
}

async fn forward(
    conn: &mut Conn<'_>,
    id: ConversationId,
    from: Seq,
    limit: i64,
    bytes: usize,
) -> Result<Vec<Message>> {
    Ok(on!(conn, c => within(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3"))
        .bind(id.0).bind(from).bind(limit).fetch(&mut **c), bytes).await?))
}

/// The first messages whose bodies fit, but at least one; the rest is not read.
async fn within(
    mut rows: impl Stream<Item = sqlx::Result<MessageRow>> + Unpin,
    max_bytes: usize,
) -> Result<Vec<Message>> {
    let mut bytes = 0;
    let mut taken = Vec::new();
    while let Some(row) = rows.try_next().await? {
        bytes += row.body.len();
        if bytes > max_bytes && !taken.is_empty() {
            break;
        }
        taken.push(row.into_message());
    }
    Ok(taken)
}

/// The others' steps of reading from the first that covers `first` to the first that covers `last`.
async fn reads(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    first: Seq,
    last: Seq,
) -> Result<Vec<Read>> {
    let rows: Vec<(Uuid, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT r.user_id, r.upto_seq, r.at FROM reads r WHERE r.conversation_id = $1 AND r.user_id <> $2 AND r.upto_seq >= $3 \
         AND r.upto_seq <= COALESCE((SELECT MIN(n.upto_seq) FROM reads n WHERE n.conversation_id = r.conversation_id \
             AND n.user_id = r.user_id AND n.upto_seq >= $4), $4) ORDER BY r.upto_seq")
        .bind(id.0).bind(user.0).bind(first).bind(last).fetch_all(&mut **c).await?);
    Ok(rows
        .into_iter()
        .map(|(user, upto_seq, at)| Read { user: UserId(user), upto_seq, at: Timestamp(at) })
        .collect())
}
