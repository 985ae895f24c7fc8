//! Server functions for blocked people and for whether the viewer shows presence. A plain form post is redirected.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::{ConversationId, UserId},
        users::blocks::BlockList,
    },
};

/// Blocks a person: all one-to-one conversations with them are closed in both directions. A form names the conversation to which
/// it goes back.
#[server(prefix = "/rpc", endpoint = "block_user", output = Json)]
pub async fn block_user(user_id: UserId, conversation_id: Option<ConversationId>) -> Result<(), ApiError> {
    use crate::{api::request, server::domain::users::blocks};
    let (context, viewer) = request::viewer_or_sign_in("/messages")?;
    blocks::block(&context, &viewer, user_id).await?;
    request::redirect_form_to(&next_of(conversation_id));
    Ok(())
}

/// Takes a block back.
#[server(prefix = "/rpc", endpoint = "unblock_user", output = Json)]
pub async fn unblock_user(user_id: UserId, conversation_id: Option<ConversationId>) -> Result<(), ApiError> {
    use crate::{api::request, server::domain::users::blocks};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    blocks::unblock(&context, &viewer, user_id).await?;
    request::redirect_form_to(&next_of(conversation_id));
    Ok(())
}

#[cfg(feature = "ssr")]
fn next_of(conversation: Option<ConversationId>) -> String {
    conversation.map_or("/settings#blocked".to_owned(), |id| format!("/messages/{id}"))
}

/// Whom the viewer has blocked, and whether they show presence.
#[server(prefix = "/rpc", endpoint = "get_blocks", input = GetUrl, output = Json)]
pub async fn get_blocks() -> Result<BlockList, ApiError> {
    use crate::{api::request, server::domain::users::blocks};
    let (context, viewer) = request::viewer()?;
    blocks::list(&context, &viewer).await
}

/// Shows the viewer's presence to nobody (`is_off` is `on`), or without it to the people with whom they write.
#[server(prefix = "/rpc", endpoint = "choose_presence", output = Json)]
pub async fn choose_presence(#[server(default)] is_off: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain::users::blocks};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let is_off = match is_off.as_str() {
        "" => false,
        "on" => true,
        _ => return Err(ApiError::invalid("is_off", "This is on, or not there.")),
    };
    blocks::set_presence(&context, &viewer, is_off).await?;
    request::redirect_form_to("/settings#blocked");
    Ok(())
}
