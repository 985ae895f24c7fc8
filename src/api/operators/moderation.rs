//! Conversations as operators look into them.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;
use crate::shared::positions::Seq;
use crate::shared::{
    errors::ApiError,
    ids::ConversationId,
    operators::moderation::{ModerationPage, Transcript},
    values::page_cursor::Cursor,
};

/// One page of all conversations, latest message first. `search` is part of a name, a listing's title
/// or an order's code.
#[server(prefix = "/rpc", endpoint = "find_conversations", input = GetUrl, output = Json)]
pub async fn find_conversations(
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<ModerationPage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::moderation::list(&context, &viewer, search, after).await
}

/// A stretch of any conversation, oldest first: the newest, or what ends just before `before_seq`. The
/// audit log tells of it, which is why it is a POST: no link of somebody else's writes there.
#[server(prefix = "/rpc", endpoint = "read_conversation", output = Json)]
pub async fn read_conversation(
    conversation_id: ConversationId,
    before_seq: Option<Seq>,
) -> Result<Transcript, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::moderation::read(&context, &viewer, conversation_id, before_seq).await
}
