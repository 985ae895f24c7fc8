//! Puts everything behind one address: pages, server functions, the API, files, and the checks
//! and headers that hold for all of them.

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing,
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, render_app_async_with_context};
use tower_http::{
    CompressionLevel, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    timeout::RequestBodyTimeoutLayer,
};
use tracing::Instrument;

use super::{
    assets,
    auth::{bearer, origin, refusals, request},
    covers::cover_svg,
    demo,
    domain::{self, failed},
    headers, health, http, metrics,
    node::Node,
    offline,
    rendering::Turns,
    requests, sockets,
    store::{heads, listings, notifications, settings, users},
    violations,
};
use crate::{
    app::{Start, shell},
    shared::{
        errors::{ApiError, ErrorCode},
        ids::ListingId,
        notifications::Choices,
        session::{Session, Theme},
        users::{Rank, Viewer},
    },
};

/// Bytes of a request's body: the longest message, percent-encoded in a form, fits.
const BODY_MAX_BYTES: usize = 128 * 1024;
/// The longest pause in a request's body.
const BODY_WITHIN: Duration = Duration::from_secs(30);
const ERROR_MAX_BYTES: usize = 64 * 1024;

pub fn router(node: Node) -> Router {
    let context = page_context(node.clone());
    let render = |how| {
        let node = node.clone();
        move || shell(node.leptos.clone(), node.assets.clone(), how)
    };
    let page = render_app_async_with_context(context.clone(), render(Start::Hydrate));
    let offline_page = render_app_async_with_context(context.clone(), render(Start::Mount));
    let api = http::routes()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler));
    Router::new()
        // The server functions alone: which page an address names is the app's to say.
        .leptos_routes_with_context(&node, Vec::new(), context, render(Start::Hydrate))
        .fallback(move |request: Request| async move {
            match *request.method() {
                Method::GET | Method::HEAD if assets::exists(request.uri().path()) => {
                    assets::serve(request).await
                }
                Method::GET | Method::HEAD => page(request).await,
                _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            }
        })
        .route(offline::PAGE, routing::get(offline_page))
        .layer(middleware::from_fn_with_state(Turns::default(), render_in_turn))
        .merge(api)
        .route(http::openapi::PATH, routing::get(http::openapi::json))
        .route(http::documentation::PATH, routing::get(documentation))
        .route("/api/{*path}", routing::any(http::problem::unknown))
        .route("/ws", routing::get(sockets::upgrade))
        .route(violations::PATH, routing::post(violations::receive))
        .route("/covers/{file}", routing::get(cover))
        .route(offline::WORKER, routing::get(offline::worker))
        .route(health::ALIVE, routing::get(health::alive))
        .route(health::READY, routing::get(health::ready))
        .layer(middleware::from_fn_with_state(node.clone(), server_function_status))
        .layer(middleware::from_fn_with_state(node.clone(), find_session))
        .layer(middleware::from_fn_with_state(node.clone(), origin::check))
        .layer(RequestBodyLimitLayer::new(BODY_MAX_BYTES))
        .layer(middleware::from_fn(http::problem::only_problems))
        .layer(RequestBodyTimeoutLayer::new(BODY_WITHIN))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(node.clone(), headers::set))
        .layer(middleware::from_fn_with_state(node.clone(), requests::follow))
        .with_state(node)
}

/// What pages and server functions find in their context; one function for both. It also sets the
/// page's policy.
fn page_context(node: Node) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(node.clone());
        let parts = use_context::<axum::http::request::Parts>();
        if let Some(session) = parts.and_then(|parts| parts.extensions.get::<Session>().cloned()) {
            provide_context(session);
        }
        if let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&headers::of_page(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            response.insert_header(headers::REPORTING, headers::reporting());
        }
    }
}

async fn render_in_turn(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    let has_signals = !request.uri().path().starts_with("/rpc/") && !is_file(&request);
    if has_signals {
        turns.render(next.run(request).in_current_span()).await
    } else {
        next.run(request).await
    }
}

/// Looks the session up once for each request, and gathers what a page starts from.
async fn find_session(State(node): State<Node>, mut request: Request, next: Next) -> Response {
    if is_file(&request) {
        return next.run(request).await;
    }
    if is_page(&request) && refusals::are_foreign(&node, request.uri(), request.headers()) {
        return Redirect::to(&request::own_path(Some(request.uri().path().to_owned()))).into_response();
    }
    let viewer = match viewer(&node, request.method(), request.uri().path(), request.headers()).await {
        Ok(viewer) => viewer,
        Err(error) => return http::problem::Problem(error).into_response(),
    };
    let address = request::address_of(request.extensions(), request.headers(), &node);
    if let Err(error) = node.limits.request(viewer.as_ref().map(|viewer| viewer.id), &address) {
        return refused(&request, error);
    }
    if is_page(&request) {
        match session(&node, viewer.clone(), request.headers()).await {
            Ok(session) => drop(request.extensions_mut().insert(session)),
            Err(error) => return http::problem::Problem(error).into_response(),
        }
    }
    if let Some(viewer) = viewer {
        requests::is_from(&viewer);
        request.extensions_mut().insert(viewer);
    }
    next.run(request).await
}

/// The answer to what comes too fast, in the form of what was asked for.
fn refused(request: &Request, error: ApiError) -> Response {
    let seconds = error.retry_after.unwrap_or(1);
    if is_page(request) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], error.message)
            .into_response();
    }
    if request.uri().path().starts_with("/rpc/") {
        metrics::erred(error.code);
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], Json(error))
            .into_response();
    }
    http::problem::Problem(error).into_response()
}

/// Who asks: by a token, which decides where it is brought, or by the cookie.
async fn viewer(
    node: &Node,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<Viewer>, ApiError> {
    if let Some(token) = bearer::token_of(path, headers) {
        return bearer::viewer(node, token, method, path).await.map(Some);
    }
    match request::token_of(headers, node) {
        Some(token) => domain::users::viewer(node, token).await,
        None => Ok(None),
    }
}

async fn session(node: &Node, viewer: Option<Viewer>, headers: &HeaderMap) -> Result<Session, ApiError> {
    let accounts = if node.config.demo && viewer.is_none() { demo::accounts() } else { Vec::new() };
    let user = viewer.as_ref().map(|viewer| viewer.id);
    let (settings, head, (unread, totals), choices, demo_accounts) = node
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let settings = settings::get(&mut conn).await?;
                let Some(user) = user else {
                    let accounts = users::named(&mut conn, accounts).await?;
                    return Ok((settings, 0, Default::default(), Choices::default(), accounts));
                };
                Ok((
                    settings,
                    heads::get(&mut conn, user).await?,
                    notifications::totals(&mut conn, user).await?,
                    notifications::choices(&mut conn, user).await?,
                    accounts,
                ))
            })
        })
        .await
        .map_err(failed)?;
    let is_staff = viewer.as_ref().is_some_and(|viewer| viewer.rank != Rank::Member);
    Ok(Session {
        viewer,
        epoch: node.epoch.clone(),
        head,
        unread,
        totals,
        choices,
        theme: theme(headers),
        now: node.clock.now(),
        demo_accounts,
        can_sign_up: settings.can_sign_up,
        can_make_rooms: settings.can_make_rooms || is_staff,
    })
}

fn theme(headers: &HeaderMap) -> Theme {
    Theme::parse(request::cookie(headers, Theme::COOKIE).unwrap_or_default())
}

fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_elsewhere = ["/rpc/", "/api/", "/ws"].iter().any(|prefix| path.starts_with(prefix));
    matches!(*request.method(), Method::GET | Method::HEAD) && !is_elsewhere
}

/// What everybody gets alike needs no session.
fn is_file(request: &Request) -> bool {
    let path = request.uri().path();
    let files = [offline::PAGE, offline::WORKER, http::openapi::PATH, http::documentation::PATH];
    let is_for_all = [health::ALIVE, health::READY, violations::PATH].contains(&path);
    is_for_all
        || files.contains(&path)
        || path.starts_with("/covers/")
        || path.starts_with("/pkg/")
        || assets::exists(path)
}

/// Server functions answer every error with 500; the code inside says what it is. A plain form's error goes
/// back to its page.
async fn server_function_status(State(node): State<Node>, request: Request, next: Next) -> Response {
    let is_server_function = request.uri().path().starts_with("/rpc/");
    let mut response = next.run(request).await;
    if is_server_function && response.status().is_redirection() {
        refusals::remember(&node, response.headers_mut());
    }
    if !is_server_function || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ERROR_MAX_BYTES).await else { return parts.into_response() };
    let error = serde_json::from_slice::<ApiError>(&bytes);
    let code = error.as_ref().map_or(ErrorCode::Internal, |error| error.code);
    metrics::erred(code);
    if let Ok(status) = StatusCode::from_u16(code.http_status()) {
        parts.status = status;
    }
    if let Some(seconds) = error.ok().and_then(|error| error.retry_after) {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The API for people to read: a page of its own, outside the app.
async fn documentation(State(node): State<Node>, headers: HeaderMap) -> Response {
    let page =
        http::documentation::page([node.assets.css.clone(), node.assets.chunk_css.clone()], theme(&headers));
    let policy = (header::CONTENT_SECURITY_POLICY, http::documentation::POLICY);
    ([policy], Html(format!("<!DOCTYPE html>{page}"))).into_response()
}

/// The picture of a listing: drawn from its id, kind and title, the same each time.
async fn cover(State(node): State<Node>, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".svg").and_then(|id| id.parse::<ListingId>().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found =
        node.store.read(move |mut conn| Box::pin(async move { listings::get(&mut conn, id).await })).await;
    match found.map_err(failed) {
        Ok(Some(listing)) => {
            let svg = cover_svg(id.0.as_u128(), listing.card.kind, &listing.card.title);
            let headers =
                [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=3600")];
            (headers, svg).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => http::problem::Problem(error).into_response(),
    }
}
