//! The resource of a page: data that the server fetches and renders, that hydration takes over, and that the
//! browser fetches itself later. The fetch and the view are boxed, so that all pages share one instance of
//! Leptos' resource code and the wasm stays small.

use std::{future::Future, pin::Pin, sync::Arc};

use leptos::prelude::*;

use crate::shared::page::payload::PagePayload;

pub type FetchFuture = Pin<Box<dyn Future<Output = PagePayload> + Send>>;

/// A resource that fetches again when `key` changes and when `refetch` is called. The server waits for it
/// before the first byte leaves.
pub fn page_resource(
    key: Signal<String>,
    fetch: impl Fn() -> FetchFuture + Send + Sync + 'static,
) -> Resource<PagePayload> {
    boxed_resource(key, Arc::new(fetch))
}

fn boxed_resource(
    key: Signal<String>,
    fetch: Arc<dyn Fn() -> FetchFuture + Send + Sync>,
) -> Resource<PagePayload> {
    Resource::new_blocking(move || key.get(), move |_| fetch())
}

/// Shows the payload of a resource, and `fallback` until the first one is there. While it fetches again, the
/// old payload stays.
#[component]
pub fn ResourceView(
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
