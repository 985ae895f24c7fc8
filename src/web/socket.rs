//! WebSocket upgrade at `/ws`: checks the origin, the session or API token, and the limits, then hands the
//! socket to `server/realtime`.

use axum::{
    Extension,
    extract::{State, WebSocketUpgrade},
    http::{Extensions, HeaderMap, header},
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use super::{
    access::{bearer, cors, origin},
    requests::log::{self, RequestId},
    rest::{SignedIn, problem::Problem},
    state::SiteState,
};
use crate::{
    server::{
        auth::{
            access::{Access, Credential},
            client_ip, cookies, session_tokens,
        },
        context::Context,
        realtime::session,
    },
    shared::{
        errors::ApiError,
        sync::wire::{FRAME_MAX_BYTES, SOCKET_PATH},
        words,
    },
};

/// Bytes read from the network at once. Small, since every idle socket holds such a buffer.
const READ_BUFFER_BYTES: usize = 1024;
/// Consecutive frames are written together up to this many bytes.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// Upgrades a request with a session from our own pages, or with an API token from where one may come ([`may_be_opened`]). Otherwise 403 (another origin, or a token without the scope `read`), 401 (no session
/// or token), 429 (too many attempts) or 503 (this node has as many sockets as it allows, or this user as many that
/// have not said `hello`).
pub async fn upgrade(
    State(site): State<SiteState>,
    SignedIn(viewer): SignedIn,
    Extension(access): Extension<Access>,
    Extension(id): Extension<RequestId>,
    peer: Extensions,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let SiteState { context, assets, .. } = site;
    if !may_be_opened(&headers, &context) {
        return Problem(ApiError::foreign_origin()).into_response();
    }
    let token =
        bearer::token_of(SOCKET_PATH, &headers).or_else(|| cookies::session_token(&headers, &context.config));
    let Some(token_hash) = token.map(session_tokens::hash) else {
        return Problem(ApiError::signed_out()).into_response();
    };
    let credential = Credential { token_hash, access };
    let client_ip = client_ip::of_request(&peer, &headers, &context.config);
    if let Err(error) = context.limits.socket(viewer.id, &client_ip) {
        return Problem(error).into_response();
    }
    let Some(admission) = context.sockets.admit(viewer.id) else {
        return Problem(ApiError::retry()).into_response();
    };
    let span = log::socket_span(&id, &viewer);
    let language = words::language();
    upgrade
        // Only one with its token beside it asks for it. Browsers close a socket whose protocol is not taken up.
        .protocols([bearer::SOCKET_PROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(4 * FRAME_MAX_BYTES)
        .max_message_size(FRAME_MAX_BYTES)
        .max_frame_size(FRAME_MAX_BYTES)
        .on_upgrade(move |socket| {
            // Boxed there: a task that awaits it as it is sets aside its memory twice.
            let session = session::run(socket, context, assets.version, (viewer, credential, admission));
            words::speaking(language, session).instrument(span)
        })
}

/// Whether a socket may be opened from where the request comes from: from our own pages; by an API token from any program; and by
/// one that a page can send (as a protocol) from the sites that may embed.
fn may_be_opened(headers: &HeaderMap, context: &Context) -> bool {
    let can_be_of_page = !bearer::is_in_authorization(headers) && headers.contains_key(header::ORIGIN);
    origin::is_own(headers, context.config.public_url.as_deref())
        || bearer::is_token_only(SOCKET_PATH, headers, context)
            && (!can_be_of_page || cors::allowed(context, headers).is_some())
}
