//! What a page fetches from the server: rendered there, taken up in the browser, fetched by the
//! browser itself later. Fetching and showing are boxed, so that all pages share one machinery.

use std::{future::Future, pin::Pin, sync::Arc};

use leptos::prelude::*;

use crate::shared::page::payload::PagePayload;

pub type Fetching = Pin<Box<dyn Future<Output = PagePayload> + Send>>;

/// Fetched anew when `key` changes, and by `refetch`.
pub fn fetched(
    key: Signal<String>,
    fetch: impl Fn() -> Fetching + Send + Sync + 'static,
) -> Resource<PagePayload> {
    fetched_by(key, Arc::new(fetch))
}

fn fetched_by(key: Signal<String>, fetch: Arc<dyn Fn() -> Fetching + Send + Sync>) -> Resource<PagePayload> {
    Resource::new_blocking(move || key.get(), move |_| fetch())
}

/// Shows what was fetched, and `fallback` until it is there. While the next answer is on its way
/// the old one stays.
#[component]
pub fn Fetched(
    from: Resource<PagePayload>,
    #[prop(optional, into)] fallback: ViewFn,
    show: Box<dyn Fn(PagePayload) -> AnyView + Send + Sync>,
) -> impl IntoView {
    let show: Arc<dyn Fn(PagePayload) -> AnyView + Send + Sync> = show.into();
    view! {
        <Transition fallback=move || fallback.run()>
            {move || {
                let show = show.clone();
                Suspend::new(async move { show(from.await) })
            }}
        </Transition>
    }
}
