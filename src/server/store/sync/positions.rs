//! Heads: a user's count of transactions with news for him. Whatever a user can see changes only
//! together with his head and the `changed` stamp of the conversation that it belongs to.

use sqlx::{QueryBuilder, query_builder::Separated};
use uuid::Uuid;

use crate::server::store::{Conn, Result, engine::locks, on};
use crate::shared::ids::{ConversationId, UserId};
use crate::shared::positions::SyncSeq;

/// Conversations that one head covers at most, so that a page of changes stays small: a page
/// never splits a head.
pub const STAMPED_MAX: usize = 30;

pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    let head = on!(conn, c => sqlx::query_scalar("SELECT head FROM heads WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(head.unwrap_or(0))
}

/// The heads of several users.
pub async fn of(conn: &mut Conn<'_>, users: &[UserId]) -> Result<Vec<(UserId, SyncSeq)>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, SyncSeq)> = on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT user_id, head FROM heads WHERE user_id IN (");
        push_ids(query.separated(", "), users.iter().map(|user| &user.0));
        query.push(")");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    Ok(rows.into_iter().map(|(user, head)| (UserId(user), head)).collect())
}

/// Raises one user's head by one and gives the new one.
pub async fn raise(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    conn.news.raised.push(user);
    Ok(
        on!(conn, c => sqlx::query_scalar("UPDATE heads SET head = head + 1 WHERE user_id = $1 RETURNING head")
        .bind(user.0).fetch_one(&mut **c).await?),
    )
}

/// Says that a conversation looks different to one participant since this head.
pub async fn stamp(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    user: UserId,
    head: SyncSeq,
) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE participants SET changed = $3 WHERE conversation_id = $1 AND user_id = $2")
        .bind(conversation.0).bind(user.0).bind(head).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Raises the heads of all participants of one conversation by one and stamps it.
pub async fn raise_all(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<()> {
    locks::heads(conn, &[conversation.0]).await?;
    raise_each(conn, &[conversation.0]).await
}

/// Tells everybody in these conversations that something they show has changed (a name, a title).
pub async fn touch(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<()> {
    // All of them before the first chunk: its heads are held when the next chunk begins.
    locks::conversations(conn, conversations).await?;
    raise_each(conn, conversations).await
}

/// Raises the heads of all participants of these conversations, which are locked, and stamps them:
/// one head for a chunk.
pub(crate) async fn raise_each(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<()> {
    for chunk in conversations.chunks(STAMPED_MAX) {
        let raised = raise_told(conn, chunk).await?;
        conn.news.raised.extend(raised.into_iter().map(|(user, _)| user));
    }
    Ok(())
}

/// The same for [`STAMPED_MAX`] of them at most, giving the new heads: whoever asks tells of them.
pub(crate) async fn raise_told(
    conn: &mut Conn<'_>,
    conversations: &[Uuid],
) -> Result<Vec<(UserId, SyncSeq)>> {
    let raised: Vec<(Uuid, SyncSeq)> = on!(conn, c => {
        let mut query = QueryBuilder::new(
            "UPDATE heads SET head = head + 1 WHERE user_id IN \
             (SELECT user_id FROM participants WHERE left_at IS NULL AND conversation_id IN (");
        push_ids(query.separated(", "), conversations);
        query.push(")) RETURNING user_id, head");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    on!(conn, c => {
        let mut query = QueryBuilder::new(
            "UPDATE participants SET changed = (SELECT head FROM heads WHERE heads.user_id = participants.user_id) \
             WHERE left_at IS NULL AND conversation_id IN (");
        push_ids(query.separated(", "), conversations);
        query.push(")");
        query.build().execute(&mut **c).await?.rows_affected()
    });
    Ok(raised.into_iter().map(|(user, head)| (UserId(user), head)).collect())
}

/// The ids of an `IN` list, each bound.
pub(crate) fn push_ids<'a, DB>(mut list: Separated<'_, DB, &str>, ids: impl IntoIterator<Item = &'a Uuid>)
where
    DB: sqlx::Database,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    for id in ids {
        list.push_bind(*id);
    }
}
