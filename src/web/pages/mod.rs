//! Server-side rendering of pages: the Leptos context of each request, the page session, and the render
//! queue.

pub mod downloads;
pub mod embed;
pub mod mail_links;
pub mod render_queue;
pub mod session;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tracing::Instrument;

use embed::page::is_page as is_frame;

use super::{
    assets::look, requests::kind::is_file, rest::problem::Problem, security::headers, service_worker,
};
use crate::{app::LookSheet, server::context::Context, shared::page::session::PageSession};
use render_queue::RenderQueue;

/// Provides the Leptos context of pages and server functions, and sets the content security policy of pages.
pub fn context(context: Context) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(context.clone());
        let parts = use_context::<axum::http::request::Parts>();
        if let Some(session) = parts.and_then(|parts| parts.extensions.get::<PageSession>().cloned()) {
            provide_context(session);
        }
        provide_look();
        if let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            response.insert_header(headers::REPORTING_ENDPOINTS, headers::reporting_endpoints());
            // What a proxy rewrites, such as e-mail addresses, could not be hydrated.
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
        }
    }
}

/// Provides the sheet of the look, which [`render_in_turn`] has found.
fn provide_look() {
    let parts = use_context::<axum::http::request::Parts>();
    if let Some(sheet) = parts.and_then(|parts| parts.extensions.get::<LookSheet>().cloned()) {
        provide_context(sheet);
    }
}

/// Middleware: renders pages through the queue; other requests pass unchanged.
pub async fn render_in_turn(
    State((queue, context)): State<(RenderQueue, Context)>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_rendered =
        path == service_worker::PAGE || is_frame(path) || !path.starts_with("/rpc/") && !is_file(&request);
    if is_rendered {
        if request.extensions().get::<LookSheet>().is_none() {
            match look::current_url(&context).await {
                Ok(url) => drop(request.extensions_mut().insert(LookSheet(url))),
                Err(error) => return Problem(error).into_response(),
            }
        }
        let mut response = queue.render(next.run(request).in_current_span()).await;
        // Leptos sets the status of a redirect only for requests that name `text/html`.
        if response.status() == StatusCode::OK && response.headers().contains_key(header::LOCATION) {
            *response.status_mut() = StatusCode::FOUND;
        }
        response
    } else {
        next.run(request).await
    }
}
