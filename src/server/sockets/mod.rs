//! The socket at `/ws`: the same commands and the same news as over HTTP, at once.

mod desk;
mod elsewhere;
mod hints;
mod known;
mod nodes;
mod passing;
mod presence;
mod pump;
mod registry;
mod session;
mod sweep;

use std::time::Duration;

use axum::{
    Extension,
    extract::{State, WebSocketUpgrade},
    http::{Extensions, HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use tokio::time::timeout;
use tracing::Instrument;

pub use desk::follow_desk;
pub use nodes::follow_nodes;
pub use presence::follow_presence;
pub use registry::{GRACE, Registry};
pub use sweep::follow_news;

use super::{
    auth::{origin, request, tokens},
    http::{SignedIn, problem::Problem},
    node::Node,
    requests::{self, RequestId},
};
use crate::shared::{errors::ApiError, wire::FRAME_MAX_BYTES};

/// What is read from the network at a time; idle sockets should cost little.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames that follow each other at once are written together, up to here.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// Checks session and origin, then talks frames.
pub async fn upgrade(
    State(node): State<Node>,
    SignedIn(viewer): SignedIn,
    Extension(id): Extension<RequestId>,
    peer: Extensions,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::is_own(&headers, node.config.public_url.as_deref()) {
        return (StatusCode::FORBIDDEN, "This request did not come from our own pages.").into_response();
    }
    let Some(token_hash) = request::token_of(&headers, &node).map(tokens::hash) else {
        return Problem(ApiError::signed_out()).into_response();
    };
    let address = request::address_of(&peer, &headers, &node);
    if let Err(error) = node.limits.socket(viewer.id, &address) {
        return Problem(error).into_response();
    }
    if node.sockets.is_full() {
        return Problem(ApiError::retry()).into_response();
    }
    let span = requests::socket_span(&id, &viewer);
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(4 * FRAME_MAX_BYTES)
        .max_message_size(FRAME_MAX_BYTES)
        .max_frame_size(FRAME_MAX_BYTES)
        .on_upgrade(move |socket| session::run(socket, node, viewer, token_hash).instrument(span))
}

/// How long a stopping node waits for its sockets to have been told.
const TOLD_WITHIN: Duration = Duration::from_secs(2);

/// The end of a node that is stopping: waits until its sockets have been told to connect again, and
/// keeps when their people were last here.
pub async fn finish(node: &Node) {
    if timeout(TOLD_WITHIN, node.sockets.emptied()).await.is_err() {
        tracing::warn!("some sockets could not be told that the server is stopping");
    }
    presence::keep_all(node).await;
}
