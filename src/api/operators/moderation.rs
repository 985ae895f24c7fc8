//! Server functions for moderation: operators find and read conversations of others.

use leptos::prelude::*;

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::ConversationId,
        operators::moderation::{ModerationPage, Transcript},
        positions::Seq,
        values::page_cursor::PageCursor,
    },
};

/// One page of all conversations, latest message first; operators only. `search` is part of a name, a
/// listing's title or an order's code. It is a POST because it writes to the audit log, which no foreign link may
/// cause.
#[server(prefix = "/rpc", endpoint = "find_conversations", output = Json)]
pub async fn find_conversations(
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<ModerationPage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::moderation::list(&context, &viewer, search, after).await
}

/// A page of any conversation's messages, oldest first; operators only. It is the newest page, or the one
/// that ends just before `before_seq`. It is a POST because it writes to the audit log, which no foreign link
/// may cause.
#[server(prefix = "/rpc", endpoint = "read_conversation", output = Json)]
pub async fn read_conversation(
    conversation_id: ConversationId,
    before_seq: Option<Seq>,
) -> Result<Transcript, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::moderation::read(&context, &viewer, conversation_id, before_seq).await
}
