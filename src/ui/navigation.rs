//! Navigation: the page on screen follows the URL as soon as the chunk that it needs is loaded, with a full page load
//! where that chunk can't be had.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    hooks::use_url,
    location::{BrowserUrl, LocationProvider, Url},
};

use super::{
    chunks::registry::{Chunk, do_without},
    components::{Toasts, use_toasts},
    route::ShownPath,
};
use crate::browser::{Live, environment, use_live};

/// Makes the path follow the address. Call it once, around all pages.
pub fn provide_path() -> Memo<String> {
    // A plain post that was refused comes back with its error in the address.
    let url = use_url();
    url.with_untracked(|url| url.provide_server_action_error());
    // Set anew with each chunk that has come.
    let arrived = RwSignal::new(false);
    let path = Memo::new(move |before: Option<&String>| {
        arrived.track();
        let next = url.with(|url| url.path().to_owned());
        match before {
            Some(before) if missing_at(&next).is_some() => before.clone(),
            _ => next,
        }
    });
    provide_context(ShownPath(path));
    let (live, toasts) = (use_live(), use_toasts());
    Effect::new(move |before: Option<String>| {
        arrived.track();
        let path = url.with(|url| url.path().to_owned());
        if before.is_some_and(|before| before != path) && live.is_outdated.get_untracked() {
            environment::load(&url.with_untracked(address_of));
            return path;
        }
        match url.with(|url| missing_at(url.path())) {
            Some(chunk) => spawn_local(fetch(chunk, url, arrived, live, toasts)),
            // A link's page is drawn before its address goes into the history.
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

fn missing_at(path: &str) -> Option<Chunk> {
    Chunk::at(path).filter(|chunk| !chunk.is_loaded())
}

async fn fetch(chunk: Chunk, url: ReadSignal<Url>, arrived: RwSignal<bool>, live: Live, toasts: Toasts) {
    let asked = url.get_untracked();
    if chunk.load().await {
        arrived.set(true);
    } else if url.get_untracked() == asked {
        do_without(live, toasts, || environment::load(&address_of(&asked)));
    }
}

fn address_of(url: &Url) -> String {
    let query = if url.search().is_empty() { "" } else { "?" };
    format!("{}{query}{}", url.path(), url.search())
}
