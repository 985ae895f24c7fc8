//! What every HTTP handler shares: the server context, and the site that pages are rendered into.

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
