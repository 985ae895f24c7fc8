//! The socket at `/ws`: the same commands and the same news as over HTTP, at once.

mod pump;
mod registry;
mod session;
mod sweep;

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

pub use registry::Registry;
pub use sweep::follow_news;

use super::{
    auth::{origin, request, tokens},
    http::{SignedIn, problem::Problem},
    node::Node,
};
use crate::shared::{errors::ApiError, wire::FRAME_MAX_BYTES};

/// What is read from the network at a time; idle sockets should cost little.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Checks session and origin, then talks frames.
pub async fn upgrade(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::is_own(&headers, node.config.public_url.as_deref()) {
        return (StatusCode::FORBIDDEN, "This request did not come from our own pages.").into_response();
    }
    let Some(token_hash) = request::token_of(&headers, &node).map(tokens::hash) else {
        return Problem(ApiError::signed_out()).into_response();
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * FRAME_MAX_BYTES)
        .max_message_size(FRAME_MAX_BYTES)
        .max_frame_size(FRAME_MAX_BYTES)
        .on_upgrade(move |socket| session::run(socket, node, viewer, token_hash))
}
