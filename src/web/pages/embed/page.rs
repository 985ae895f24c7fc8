//! The page of a frame: nobody's data, and a script that asks the page around it who the visitor is.

use axum::http::{HeaderValue, header};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::{app::EmbedSites, server::context::Context, ui::route::Page, web::security::headers};

/// Before the path of the page that a frame shows.
pub const PREFIX: &str = "/embed";

/// The pages that frames show.
pub const PATHS: [&str; 4] =
    ["/embed/messages", "/embed/messages/{id}", "/embed/listings/{id}", "/embed/orders/{id}"];

/// Whether this is the path of a frame's page.
pub fn is_page(path: &str) -> bool {
    shown(path).is_some()
}

/// The path of the page that a frame at `path` shows.
pub fn shown(path: &str) -> Option<&str> {
    let shown = path.strip_prefix(PREFIX)?;
    matches!(Page::from_path(shown), Page::Messages | Page::Listing(_) | Page::Order(_)).then_some(shown)
}

/// Provides the Leptos context of a frame, and lets the allowed sites show it. Without one nobody may.
pub fn context(context: Context) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        let sites = context.config.embed.sites.clone();
        let ancestors = if sites.is_empty() { "'none'".to_owned() } else { sites.join(" ") };
        provide_context(context.clone());
        provide_context(EmbedSites(sites));
        super::super::provide_look();
        let (nonce, response) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>());
        if let (Some(nonce), Some(response)) = (nonce, response)
            && let Ok(policy) = HeaderValue::from_str(&headers::frame_policy(&nonce, &ancestors))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            response.insert_header(headers::REPORTING_ENDPOINTS, headers::reporting_endpoints());
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
        }
    }
}
