//! Embedding: frames for the marketplace's own pages, and the two endpoints of `embed.js` there. Of all pages only frames may be
//! shown on other sites, and only on those of `--embed-site`; nothing here reads or sets a cookie (decision 46).

pub mod page;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::session;
use crate::{
    server::{
        auth::{
            client_ip,
            session_tokens::{self, Token},
        },
        context::Context,
        domain::{self, users::sign_in::embed::opened::Opened},
    },
    shared::{errors::ApiError, page::session::PageSession, values::time::SECOND},
    web::{
        access::{
            cors::{self, Policy},
            embed, origin,
        },
        rest::problem::{Input, Problem},
    },
};

/// What `embed.js` sends from the pages of sites.
const CORS: Policy =
    Policy { methods: "GET, POST, DELETE", headers: "authorization, content-type", exposed: "" };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSession {
    identity: String,
    /// What the frame is opened for, if not for a page of its own.
    #[serde(default)]
    open: Option<Opened>,
}

#[derive(Serialize)]
struct Session {
    /// The token; that of the request where its session goes on.
    token: String,
    /// Seconds until it ends, unless another identity comes.
    expires_in: i64,
    /// Unread messages in all conversations.
    unread: i64,
    /// What a page starts from: for our own frames alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<PageSession>,
    /// The path of the page that shows what the frame was opened for; left out where there is nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

/// Exchanges a signed identity for a token that works for 15 minutes. With a token of the same user in `Authorization` that one
/// works longer instead. 401 for an identity that is not accepted, whatever the reason; 403 from a site that is not allowed.
pub async fn create(State(context): State<Context>, request: Request) -> Response {
    let headers = request.headers().clone();
    let Some(site) = cors::allow(&context, &headers) else { return foreign() };
    let client_ip = client_ip::of_request(request.extensions(), &headers, &context.config);
    let made = async {
        let Input(NewSession { identity, open }) = Input::from_request(request, &()).await?;
        let current = token_of(&headers);
        let hash = current.map(session_tokens::hash);
        let exchanged =
            domain::users::sign_in::embed::exchange(&context, &identity, hash, &client_ip).await?;
        let token = exchanged.token.as_ref().map(Token::as_str).or(current).unwrap_or_default().to_owned();
        let path = match open {
            Some(open) => open.path(&context, &exchanged.viewer, &exchanged.issuer).await?,
            None => None,
        };
        let (page, _) = session::read(&context, Some(exchanged.viewer), &HeaderMap::new()).await?;
        let is_own = origin::is_own(&headers, context.config.public_url.as_deref());
        let (unread, expires_in) = (page.unread, domain::users::sign_in::embed::SESSION_MICROS / SECOND);
        Ok::<_, Problem>(Json(Session { token, expires_in, unread, session: is_own.then_some(page), path }))
    };
    cors::with(site, &CORS, made.await.into_response())
}

/// Ends the token of the request: signing out. 204, also for one that has ended.
pub async fn delete(State(context): State<Context>, headers: HeaderMap) -> Response {
    let Some(site) = cors::allow(&context, &headers) else { return foreign() };
    let ended = match token_of(&headers) {
        Some(token) => domain::users::sign_in::embed::end(&context, session_tokens::hash(token)).await,
        None => Err(ApiError::signed_out()),
    };
    cors::with(site, &CORS, ended.map(|()| StatusCode::NO_CONTENT).map_err(Problem).into_response())
}

#[derive(Serialize)]
struct Unread {
    unread: i64,
}

/// How many messages are unread in all conversations. 401 without a token.
pub async fn unread(State(context): State<Context>, headers: HeaderMap) -> Response {
    let Some(site) = cors::allow(&context, &headers) else { return foreign() };
    let read = async {
        // Not by the middleware: the site could not read its error.
        let viewer = match token_of(&headers) {
            Some(token) => {
                domain::users::sign_in::embed::holder(&context, session_tokens::hash(token)).await?
            }
            None => None,
        };
        let viewer = viewer.ok_or_else(ApiError::signed_out)?;
        let unread = domain::messages::receipts::unread_total(&context, &viewer).await?;
        Ok::<_, Problem>(Json(Unread { unread }))
    };
    cors::with(site, &CORS, read.await.into_response())
}

/// The answer to what browsers ask before they let another site send a request.
pub async fn preflight(State(context): State<Context>, headers: HeaderMap) -> Response {
    match cors::allow(&context, &headers) {
        Some(site) => cors::with(site, &CORS, StatusCode::NO_CONTENT.into_response()),
        None => foreign(),
    }
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").filter(|token| embed::is_token(token))
}

fn foreign() -> Response {
    let error = ApiError::forbidden(
        "This site may not embed the chat. Whoever runs the server allows it (--embed-site).",
    );
    Problem(error).into_response()
}
