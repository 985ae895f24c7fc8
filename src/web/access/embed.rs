//! Tokens of frames on other sites: where they work, and what for. A frame shows conversations; settings, accounts and what is
//! the staff's are not for it.

use crate::{
    server::auth::session_tokens::EMBED_TOKEN_PREFIX,
    shared::{
        errors::{ApiError, Result},
        sync::wire::SOCKET_PATH,
    },
};

/// POST exchanges a signed identity for a token, DELETE ends it.
pub const SESSION: &str = "/embed/session";
/// GET: how many messages are unread, for a badge without a frame.
pub const UNREAD: &str = "/embed/unread";

/// The server functions that a frame's pages call. A new one is not for frames until it stands here.
const SERVER_FUNCTIONS: [&str; 35] = [
    "archive_conversation",
    "block_user",
    "delete_message",
    "edit_message",
    "get_blocks",
    "get_contact",
    "get_conversation",
    "get_conversation_of_listing",
    "get_conversations",
    "get_listing",
    "get_message_reach",
    "get_messages",
    "get_notification_level",
    "get_notifications",
    "get_or_create_conversation",
    "get_order",
    "get_presence",
    "get_quoted",
    "get_reactions",
    "get_readers",
    "get_room_people",
    "get_shelf",
    "get_unread_count",
    "mark_as_read",
    "mark_as_unread",
    "poll_messages",
    "react",
    "report",
    "search_messages",
    "send_message",
    "set_notification_level",
    "star_conversation",
    "start_conversation",
    "step_order",
    "unblock_user",
];

/// The endpoints of the API that they call, by the beginning of their paths.
const ENDPOINTS: [&str; 3] = ["/api/conversations", "/api/files", "/api/messages/poll"];

/// Whether this endpoint itself checks from which site a request comes.
pub fn checks_origin(path: &str) -> bool {
    path == SESSION || path == UNREAD
}

/// Whether this is a token of a frame.
pub fn is_token(token: &str) -> bool {
    token.starts_with(EMBED_TOKEN_PREFIX)
}

/// `forbidden` for what frames have no use for.
pub fn check(path: &str) -> Result<()> {
    let is_listed = match path.strip_prefix("/rpc/") {
        Some(function) => SERVER_FUNCTIONS.contains(&function),
        None => {
            path == SOCKET_PATH
                || ENDPOINTS.iter().any(|begin| {
                    path.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
        }
    };
    if is_listed { Ok(()) } else { Err(ApiError::forbidden("A frame on another site may not do this.")) }
}
