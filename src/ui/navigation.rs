//! Navigation: the page on screen follows the URL once the chunk that it needs is loaded. If that chunk can't
//! be loaded, a full page load replaces the navigation.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    hooks::use_url,
    location::{BrowserUrl, LocationProvider, Url},
};

use super::{
    chunks::registry::{Chunk, fall_back_to_page_load},
    components::{Toasts, use_toasts},
    route::ShownPath,
};
use crate::browser::{Live, environment, use_live};

/// Provides [`ShownPath`], which follows the URL. Call it once, around all pages.
pub fn provide_path() -> Memo<String> {
    // A plain form post that failed redirects back with its error in the URL.
    let url = use_url();
    url.with_untracked(|url| url.provide_server_action_error());
    // Notified after each chunk that was loaded.
    let chunk_loaded = RwSignal::new(false);
    let path = Memo::new(move |before: Option<&String>| {
        chunk_loaded.track();
        let next = url.with(|url| url.path().to_owned());
        match before {
            Some(before) if missing_chunk(&next).is_some() => before.clone(),
            _ => next,
        }
    });
    provide_context(ShownPath(path));
    let (live, toasts) = (use_live(), use_toasts());
    Effect::new(move |before: Option<String>| {
        chunk_loaded.track();
        let path = url.with(|url| url.path().to_owned());
        if before.is_some_and(|before| before != path) {
            toasts.close_errors();
            if live.is_outdated.get_untracked() {
                environment::load(&url.with_untracked(path_and_query));
                return path;
            }
        }
        match url.with(|url| missing_chunk(url.path())) {
            Some(chunk) => spawn_local(load_chunk(chunk, url, chunk_loaded, live, toasts)),
            // The router changes the history after the new page is rendered.
            None => {
                if let Some(browser) = use_context::<BrowserUrl>() {
                    browser.ready_to_complete();
                }
            }
        }
        path
    });
    path
}

fn missing_chunk(path: &str) -> Option<Chunk> {
    Chunk::for_path(path).filter(|chunk| !chunk.is_loaded())
}

async fn load_chunk(
    chunk: Chunk,
    url: ReadSignal<Url>,
    chunk_loaded: RwSignal<bool>,
    live: Live,
    toasts: Toasts,
) {
    let requested = url.get_untracked();
    if chunk.load().await {
        chunk_loaded.set(true);
    } else if url.get_untracked() == requested {
        fall_back_to_page_load(live, toasts, || environment::load(&path_and_query(&requested)));
    }
}

fn path_and_query(url: &Url) -> String {
    let query = if url.search().is_empty() { "" } else { "?" };
    format!("{}{query}{}", url.path(), url.search())
}
