//! Messages: appending under the lock, and pages of them.

pub mod append;
pub mod edits;
pub mod receipts;
pub mod system;

use futures::{Stream, TryStreamExt};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Conn, Result, StoreError, conversations,
    notifications::{self, News},
    on,
    sync::updates::Step,
};
use crate::shared::positions::{Seq, Version};
use crate::shared::{messages::receipts::Read, notifications::kinds::NotificationKind};
use crate::{
    server::faults,
    shared::{
        conversations::Conversation,
        ids::{ConversationId, MessageId, UserId},
        messages::{MESSAGES_MAX, Message, MessageKind, PAGE_MAX_BYTES, Range},
        sync::changes::{OpenThread, ThreadUpdate},
        system_messages::SystemMessage,
        values::time::Timestamp,
    },
};
use append::Before;

/// SHA-256 of kind and text as first sent: how a repeated send is known from a different one.
pub type FirstHash = [u8; 32];

/// The hash of a message as it is first sent.
pub fn hash_of(kind: MessageKind, body: &str) -> FirstHash {
    let mut hash = Sha256::new();
    hash.update(kind.as_str());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

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
pub(super) struct MessageRow {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub seq: i64,
    pub version: i64,
    pub sender_id: Option<Uuid>,
    pub kind: String,
    pub body: String,
    pub first_hash: Vec<u8>,
    pub created_at: i64,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
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
    /// Whether a command that left a message under this id is the same as one that comes now. What has
    /// been deleted as too old says no longer what it was; its id, place and sender still do.
    pub fn is_of(
        &self,
        conversation: ConversationId,
        user: UserId,
        is_same: impl Fn(&SystemMessage) -> bool,
    ) -> bool {
        let is_gone = self.body.is_empty() && self.kind == MessageKind::System.as_str();
        self.conversation_id == conversation.0
            && self.sender_id == Some(user.0)
            && (is_gone || is_same(&SystemMessage::read(&self.body)))
    }

    pub fn into_message(self) -> Message {
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
pub async fn append(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<Appended> {
    let answers = append::append(conn, &[(&new, now)], Before::Nothing, &|| false).await?.all;
    answers.into_iter().next().ok_or(StoreError::Retry)
}

/// Stores a message that names people of its room, and tells them.
pub async fn append_mentioning(
    conn: &mut Conn<'_>,
    new: NewMessage,
    mentioned: &[UserId],
    now: Timestamp,
) -> Result<Appended> {
    let (conversation, sender) = (new.conversation, new.sender);
    let appended = append(conn, new, now).await?;
    // What is pushed of an append says nothing of notifications, so its people have to look.
    for step in std::mem::take(&mut conn.news.steps) {
        let Step::Append(append) = &*step else { continue };
        let there: Vec<_> = append.told.iter().map(|told| told.user).collect();
        let told = News {
            kind: NotificationKind::Message,
            event: &SystemMessage::Mentioned,
            cause: Some(sender),
            at: Some((conversation, append.message.seq)),
            order: None,
        };
        let mentioned: Vec<_> = mentioned.iter().copied().filter(|user| there.contains(user)).collect();
        notifications::tell(conn, &mentioned, &told, now).await?;
        conn.news.raised.extend(there);
    }
    Ok(appended)
}

impl Appended {
    /// What `new` is told if this stands under its id.
    pub(super) fn of(row: Option<MessageRow>, new: &NewMessage) -> Self {
        let Some(row) = row else { return Self::NotParticipant };
        let is_same = row.sender_id == Some(new.sender.0)
            && row.conversation_id == new.conversation.0
            && row.first_hash == new.first_hash
            && !(faults::is("hash_of_current_text") && row.edited_at.is_some());
        if is_same { Self::Stored(row.into_message()) } else { Self::Conflict }
    }
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
    // Who has read what in a room is asked for when it is shown.
    let is_room = conversation.subject.room().is_some();
    let reads = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) if !is_room => reads(conn, user, id, first.seq, last.seq).await?,
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
) -> Result<Option<(ThreadUpdate, bool)>> {
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
        let news = ThreadUpdate { conversation: id, base, version, messages: vec![], is_reload: true };
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
        ThreadUpdate { conversation: open.conversation, base, version, messages, is_reload: false },
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

pub(super) async fn by_id(conn: &mut Conn<'_>, id: MessageId) -> Result<Option<MessageRow>> {
    Ok(
        on!(conn, c => sqlx::query_as(select_message!("WHERE id = $1")).bind(id.0).fetch_optional(&mut **c).await?),
    )
}

/// What `new` is told if its id is known.
pub async fn known(conn: &mut Conn<'_>, new: &NewMessage) -> Result<Option<Appended>> {
    Ok(by_id(conn, new.id).await?.map(|row| Appended::of(Some(row), new)))
}

/// What stands between `first` and just before `before`: the last of it that fits.
pub(super) async fn backward(
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
