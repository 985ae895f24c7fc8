//! Rendering pages: the Leptos context of each request, and the queue that renders pages one by one.

pub mod render_queue;
pub mod session;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tracing::Instrument;

use super::{request_kind::is_file, security_headers};
use crate::{server::context::Context, shared::page::session::PageSession};
use render_queue::RenderQueue;

/// What pages and server functions find in their Leptos context, from one function for both. It also sets the page's
/// content security policy.
pub fn context(context: Context) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(context.clone());
        let parts = use_context::<axum::http::request::Parts>();
        if let Some(session) = parts.and_then(|parts| parts.extensions.get::<PageSession>().cloned()) {
            provide_context(session);
        }
        if let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&security_headers::of_page(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            response.insert_header(security_headers::REPORTING, security_headers::reporting());
        }
    }
}

/// Middleware: renders pages through the queue; everything else passes.
pub async fn render_in_turn(State(queue): State<RenderQueue>, request: Request, next: Next) -> Response {
    let has_signals = !request.uri().path().starts_with("/rpc/") && !is_file(&request);
    if has_signals {
        queue.render(next.run(request).in_current_span()).await
    } else {
        next.run(request).await
    }
}
