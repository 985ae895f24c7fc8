//! Messages of an open thread that changed since the version that the client holds.

use super::{pages::take_within_bytes, reactions::own::mark_own, row::select_message};
use crate::{
    server::store::{Conn, Result, conversations, on},
    shared::{
        ids::UserId,
        messages::{MESSAGES_PAGE_MAX, MESSAGES_PAGE_MAX_BYTES},
        positions::Version,
        sync::changes::{OpenThread, ThreadUpdate},
    },
};

/// The update of a thread since the client's version; `None` if the user takes no part or nothing changed.
/// The flag says that there is more.
pub(in crate::server::store) async fn since_version(
    conn: &mut Conn<'_>,
    user: UserId,
    open: OpenThread,
) -> Result<Option<(ThreadUpdate, bool)>> {
    let Some(conversation) = conversations::summary::get(conn, user, open.conversation).await? else {
        return Ok(None);
    };
    if conversation.version <= open.version {
        return Ok(None);
    }
    let (base, id) = (open.version, open.conversation);
    let beyond: Option<Version> = on!(conn, c => sqlx::query_scalar(
        "SELECT version FROM messages WHERE conversation_id = $1 AND version > $2 ORDER BY version LIMIT 1 OFFSET $3")
        .bind(id.0).bind(base).bind(MESSAGES_PAGE_MAX).fetch_optional(&mut **c).await?);
    if beyond.is_some() {
        let version = conversation.version;
        let update = ThreadUpdate { conversation: id, base, version, messages: vec![], is_reload: true };
        return Ok(Some((update, false)));
    }
    let messages = on!(conn, c => take_within_bytes(sqlx::query_as(select_message!(
        "WHERE conversation_id = $1 AND version > $2 ORDER BY version LIMIT $3"))
        .bind(id.0).bind(base).bind(MESSAGES_PAGE_MAX).fetch(&mut **c), MESSAGES_PAGE_MAX_BYTES).await?);
    // A conversation's version is that of the message that changed last.
    let version = messages.last().map_or(conversation.version, |message| message.version);
    let is_cut = version < conversation.version;
    let first = conversation.first_seq();
    let mut messages: Vec<_> = messages.into_iter().filter(|message| message.seq >= first).collect();
    mark_own(conn, user, &mut messages).await?;
    Ok(Some((
        ThreadUpdate { conversation: open.conversation, base, version, messages, is_reload: false },
        is_cut,
    )))
}
