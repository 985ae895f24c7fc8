//! Sync positions (table `heads`): each user's counter of transactions that changed something for them.
//! Whatever a user can see changes only together with their position and the `changed` stamp of the
//! conversation that it belongs to.

use sqlx::{QueryBuilder, query_builder::Separated};
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, engine::locks, on},
    shared::{
        ids::{ConversationId, UserId},
        positions::{SyncSeq, Version},
    },
};

/// Conversations that one sync position stamps at most. It bounds a page of updates, because a page never
/// splits a position.
pub const STAMPED_MAX: usize = 30;

/// The user's sync position; 0 for an unknown user.
pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    let head = on!(conn, c => sqlx::query_scalar("SELECT head FROM heads WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(head.unwrap_or(0))
}

/// The user's sync position, and the version of a conversation in which they take part.
pub async fn with_version(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<(SyncSeq, Option<Version>)> {
    let found: Option<(SyncSeq, Option<Version>)> = on!(conn, c => sqlx::query_as(
        "SELECT h.head, c.version FROM heads h \
         LEFT JOIN participants p ON p.user_id = h.user_id AND p.conversation_id = $2 AND p.left_at IS NULL \
         LEFT JOIN conversations c ON c.id = p.conversation_id WHERE h.user_id = $1")
        .bind(user.0).bind(conversation.0).fetch_optional(&mut **c).await?);
    Ok(found.unwrap_or_default())
}

/// The sync positions of several users.
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

/// Raises one user's sync position by one, and returns the new one.
pub async fn raise(conn: &mut Conn<'_>, user: UserId) -> Result<SyncSeq> {
    conn.updates.raised.push(user);
    Ok(
        on!(conn, c => sqlx::query_scalar("UPDATE heads SET head = head + 1 WHERE user_id = $1 RETURNING head")
        .bind(user.0).fetch_one(&mut **c).await?),
    )
}

/// Stamps a participant's row of a conversation as changed at this position.
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

/// Raises the sync positions of all participants of one conversation, and stamps it.
pub async fn raise_all(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<()> {
    locks::heads(conn, &[conversation.0]).await?;
    raise_locked(conn, &[conversation.0]).await
}

/// Raises and stamps for all participants of these conversations, because something in the summaries has
/// changed (a name, a title).
pub async fn touch(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<()> {
    // Lock all of them before the first chunk, whose heads are held when the next chunk begins.
    locks::conversations(conn, conversations).await?;
    raise_locked(conn, conversations).await
}

/// Raises the sync positions of all participants of these conversations, which are locked, and stamps them:
/// one position per chunk.
pub(crate) async fn raise_locked(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<()> {
    conn.updates.conversations.extend(conversations);
    for chunk in conversations.chunks(STAMPED_MAX) {
        let raised = raise_and_stamp(conn, chunk).await?;
        conn.updates.raised.extend(raised.into_iter().map(|(user, _)| user));
    }
    Ok(())
}

/// The same for at most [`STAMPED_MAX`] conversations. Returns the new positions, and leaves publishing them
/// to the caller.
pub(crate) async fn raise_and_stamp(
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

/// Binds the ids of an `IN` list.
pub(crate) fn push_ids<'a, DB>(mut list: Separated<'_, DB, &str>, ids: impl IntoIterator<Item = &'a Uuid>)
where
    DB: sqlx::Database,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    for id in ids {
        list.push_bind(*id);
    }
}
