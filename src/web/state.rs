//! The state of the HTTP edge that every handler shares: the server context, the URLs of static assets, and
//! Leptos's options.

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::{app::Assets, server::context::Context};

#[derive(Clone)]
pub struct SiteState {
    pub context: Context,
    pub assets: Assets,
    pub options: LeptosOptions,
}

impl FromRef<SiteState> for Context {
    fn from_ref(site: &SiteState) -> Self {
        site.context.clone()
    }
}

impl FromRef<SiteState> for LeptosOptions {
    fn from_ref(site: &SiteState) -> Self {
        site.options.clone()
    }
}
