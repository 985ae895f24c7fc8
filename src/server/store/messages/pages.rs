//! Pagination of a thread's messages, bounded by count and bytes.

use futures::{Stream, TryStreamExt};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    reactions::own::mark_own,
    row::{MessageRow, by_id, select_message},
};
use crate::{
    server::store::{Conn, Result, conversations, on},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, MessageId, UserId},
        messages::{MESSAGES_PAGE_MAX_BYTES, Message, Range, receipts::ReadReceipt},
        positions::Seq,
        values::time::Timestamp,
    },
};

/// A range of messages that this participant may see, oldest first: at most `limit` messages and
/// [`MESSAGES_PAGE_MAX_BYTES`], but at least one. The read receipts are those of the other participants that
/// cover the range.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: &Conversation,
    range: Range,
    limit: i64,
) -> Result<(Vec<Message>, Vec<ReadReceipt>)> {
    let (id, first) = (conversation.id, conversation.first_seq());
    let mut messages = match range {
        Range::Newest => backward(conn, id, first, Seq::MAX, limit).await?,
        Range::BeforeSeq(seq) => backward(conn, id, first, seq, limit).await?,
        Range::AfterSeq(seq) => {
            forward(conn, id, first.max(seq.saturating_add(1)), limit, MESSAGES_PAGE_MAX_BYTES).await?
        }
        Range::AroundSeq(seq) => {
            let mut messages = backward(conn, id, first, seq, limit / 2).await?;
            let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
            let room = MESSAGES_PAGE_MAX_BYTES.saturating_sub(bytes);
            messages.extend(forward(conn, id, first.max(seq), limit - limit / 2, room).await?);
            messages
        }
    };
    mark_own(conn, user, &mut messages).await?;
    // The readers in a room are fetched when they are shown.
    let is_room = conversation.subject.room().is_some();
    let reads = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) if !is_room => reads_covering(conn, user, id, first.seq, last.seq).await?,
        _ => Vec::new(),
    };
    Ok((messages, reads))
}

/// A message, if this user may see it.
pub async fn get_visible(conn: &mut Conn<'_>, user: UserId, id: MessageId) -> Result<Option<Message>> {
    let Some(row) = by_id(conn, id).await? else { return Ok(None) };
    let conversation = conversations::summary::get(conn, user, ConversationId(row.conversation_id)).await?;
    if conversation.is_none_or(|conversation| row.seq < conversation.first_seq()) {
        return Ok(None);
    }
    let mut message = [row.into_message()];
    mark_own(conn, user, &mut message).await?;
    Ok(message.into_iter().next())
}

/// The last messages with `first <= seq < before` that fit the bounds, oldest first.
pub(in crate::server::store) async fn backward(
    conn: &mut Conn<'_>,
    id: ConversationId,
    first: Seq,
    before: Seq,
    limit: i64,
) -> Result<Vec<Message>> {
    let mut messages = on!(conn, c => take_within_bytes(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq DESC LIMIT $4"))
        .bind(id.0).bind(first).bind(before).bind(limit).fetch(&mut **c), MESSAGES_PAGE_MAX_BYTES).await?);
    messages.reverse();
    Ok(messages)
}

/// The messages with these places that this participant may see, in no order, within the bounds of a page.
pub async fn at_places(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: &Conversation,
    places: &[Seq],
) -> Result<Vec<Message>> {
    let first = conversation.first_seq();
    let places: Vec<_> = places.iter().copied().filter(|seq| *seq >= first).collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let mut messages = on!(conn, c => {
        let mut query = QueryBuilder::new(select_message!("WHERE conversation_id = "));
        query.push_bind(conversation.id.0).push(" AND seq IN (");
        let mut list = query.separated(", ");
        for seq in &places {
            list.push_bind(*seq);
        }
        query.push(")");
        let query = query.build_query_as().persistent(false);
        take_within_bytes(query.fetch(&mut **c), MESSAGES_PAGE_MAX_BYTES).await?
    });
    mark_own(conn, user, &mut messages).await?;
    Ok(messages)
}

async fn forward(
    conn: &mut Conn<'_>,
    id: ConversationId,
    from: Seq,
    limit: i64,
    bytes: usize,
) -> Result<Vec<Message>> {
    Ok(on!(conn, c => take_within_bytes(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3"))
        .bind(id.0).bind(from).bind(limit).fetch(&mut **c), bytes).await?))
}

/// The first messages whose bodies fit into `max_bytes`, but at least one. The rest is not fetched.
pub(super) async fn take_within_bytes(
    mut rows: impl Stream<Item = sqlx::Result<MessageRow>> + Unpin,
    max_bytes: usize,
) -> Result<Vec<Message>> {
    let mut bytes = 0;
    let mut taken = Vec::new();
    while let Some(row) = rows.try_next().await? {
        bytes += row.body.len() + row.reactions.as_ref().map_or(0, String::len);
        if bytes > max_bytes && !taken.is_empty() {
            break;
        }
        taken.push(row.into_message());
    }
    Ok(taken)
}

/// The other participants' read receipts, from the first that covers `first` to the first that covers `last`.
async fn reads_covering(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    first: Seq,
    last: Seq,
) -> Result<Vec<ReadReceipt>> {
    let rows: Vec<(Uuid, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT r.user_id, r.upto_seq, r.at FROM reads r WHERE r.conversation_id = $1 AND r.user_id <> $2 AND r.upto_seq >= $3 \
         AND r.upto_seq <= COALESCE((SELECT MIN(n.upto_seq) FROM reads n WHERE n.conversation_id = r.conversation_id \
             AND n.user_id = r.user_id AND n.upto_seq >= $4), $4) ORDER BY r.upto_seq")
        .bind(id.0).bind(user.0).bind(first).bind(last).fetch_all(&mut **c).await?);
    Ok(rows
        .into_iter()
        .map(|(user, upto_seq, at)| ReadReceipt { user: UserId(user), upto_seq, at: Timestamp(at) })
        .collect())
}
