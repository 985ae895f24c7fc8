//! The router: pages, server functions, the REST API, files and the socket, with the middleware layers around
//! them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, StatusCode},
    middleware,
    response::IntoResponse,
    routing,
};
use leptos_axum::{LeptosRoutes, render_app_async_with_context};
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType},
    limit::RequestBodyLimitLayer,
};

use super::{
    access::{cors, embed as access_embed, openid_connect, origin, session},
    assets::{self, look},
    covers, health,
    pages::{self, downloads, embed, mail_links, render_queue::RenderQueue},
    requests::{language, log},
    rest::{self, operators::external::IMPORT},
    security::{csp_reports, headers},
    server_functions, service_worker, socket,
    state::SiteState,
};
use crate::{
    app::{Start, shell},
    server::{
        config::LIVENESS_PATH,
        domain::{mail::incoming, operators::external::import::IMPORT_MAX_BYTES},
    },
    shared::{messages::files::FILE_MAX_BYTES, sync::wire::SOCKET_PATH},
};

/// Large enough for the longest message, percent-encoded in a form.
const REQUEST_BODY_MAX_BYTES: usize = 128 * 1024;

/// The router of the public listener. Layers run from the last to the first.
pub fn router(state: SiteState) -> Router {
    let context = state.context.clone();
    let links_context = context.clone();
    let provide = pages::context(context.clone());
    let render = |start| {
        let state = state.clone();
        move || shell(state.options.clone(), state.assets.clone(), start)
    };
    let page = render_app_async_with_context(provide.clone(), render(Start::Hydrate));
    let offline_page = render_app_async_with_context(provide.clone(), render(Start::Mount));
    let frame = render_app_async_with_context(embed::page::context(context.clone()), render(Start::Embed));
    let frames = embed::page::PATHS
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, routing::get(frame.clone())));
    let (imports, others): (Vec<_>, Vec<_>) =
        rest::routes().into_iter().partition(|route| route.path == IMPORT);
    let api = others.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    let imports = imports
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(IMPORT_MAX_BYTES));
    let files = rest::files::routes()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler))
        .route(rest::files::PATH, routing::options(rest::files::options))
        .layer(RequestBodyLimitLayer::new(FILE_MAX_BYTES as usize));
    let mail_body = ServiceBuilder::new()
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(incoming::MAIL_MAX_BYTES));
    let is_text = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("audio/"));
    Router::new()
        // Registers only the server functions, no pages: `ui/route` decides which page a URL shows.
        .leptos_routes_with_context(&state, Vec::new(), provide, render(Start::Hydrate))
        .fallback(move |request: Request| async move {
            match *request.method() {
                Method::GET | Method::HEAD if assets::exists(request.uri().path()) => {
                    assets::serve(request).await
                }
                Method::GET | Method::HEAD => page(request).await,
                Method::POST if mail_links::is_stop(request.uri().path()) => {
                    mail_links::stop(&links_context, request).await
                }
                _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            }
        })
        .route(service_worker::PAGE, routing::get(offline_page))
        .merge(frames)
        .layer(middleware::from_fn_with_state(
            (RenderQueue::default(), context.clone()),
            pages::render_in_turn,
        ))
        .merge(api)
        .route(rest::openapi::PATH, routing::get(rest::openapi::json))
        .route(rest::frames::PATH, routing::get(rest::frames::json))
        .route(rest::frames::asyncapi::PATH, routing::get(rest::frames::asyncapi::json))
        .route(rest::docs_page::PATH, routing::get(rest::docs_page::serve))
        .route("/api/{*path}", routing::any(rest::problem::not_found))
        .route(SOCKET_PATH, routing::get(socket::upgrade))
        .route(csp_reports::PATH, routing::post(csp_reports::receive))
        .route(downloads::PERSONAL_DATA, routing::post(downloads::personal_data))
        .route(downloads::SECURITY_EVENTS, routing::post(downloads::security_events))
        .route(
            access_embed::SESSION,
            routing::post(embed::create).delete(embed::delete).options(embed::preflight),
        )
        .route(access_embed::UNREAD, routing::get(embed::unread).options(embed::preflight))
        .route("/covers/{file}", routing::get(covers::serve))
        .route(&format!("{}{{file}}", look::PREFIX), routing::get(look::serve))
        .route(openid_connect::START, routing::get(openid_connect::start))
        .route(openid_connect::CONTINUE, routing::get(openid_connect::resume))
        .route(openid_connect::CALLBACK, routing::get(openid_connect::callback))
        .route(openid_connect::LOGOUT, routing::post(openid_connect::logout))
        .route(service_worker::WORKER, routing::get(service_worker::worker))
        .route(LIVENESS_PATH, routing::get(health::liveness))
        .route(health::READINESS_PATH, routing::get(health::readiness))
        .layer(RequestBodyLimitLayer::new(REQUEST_BODY_MAX_BYTES))
        .merge(files)
        .merge(imports)
        .layer(middleware::from_fn_with_state(context.clone(), server_functions::set_status))
        .layer(middleware::from_fn_with_state(context.clone(), session::load))
        .layer(middleware::from_fn_with_state(context.clone(), origin::check))
        .route(rest::mail_in::PATH, routing::post(rest::mail_in::receive).layer(mail_body))
        .layer(middleware::from_fn(rest::problem::convert_errors))
        .layer(middleware::from_fn_with_state(context.clone(), cors::api))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_text))
        .layer(middleware::from_fn_with_state(context.clone(), headers::set))
        .layer(middleware::from_fn(language::speak))
        .layer(middleware::from_fn_with_state(context, log::record))
        .with_state(state)
}
