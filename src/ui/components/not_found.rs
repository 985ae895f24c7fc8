//! Error pages: "not found", and the error in place of content that failed to load.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::EmptyState;
use super::guard::set_status;
use crate::{
    browser::use_live,
    shared::{
        errors::{ApiError, ErrorCode},
        page::payload::PagePayload,
        words,
    },
};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    view! {
        <Title text=words::not_found_title()/>
        <main class="page" id="main" tabindex="-1">
            <h1 class="visually-hidden">{words::not_found_title()}</h1>
            <EmptyState
                title=words::not_found_heading()
                text=words::not_found_text()
                art="search"
            >
                <a class="button button--main" href="/">{words::common_explore_listings()}</a>
            </EmptyState>
        </main>
    }
}

/// Replaces the content of a page when the server answered with `error`. Sets the HTTP status to match. `way_out` is the
/// path and the label of a link that leads on where there is nothing. With its `payload` it loads by itself once the server
/// is reached again.
#[component]
pub fn LoadError(
    error: ApiError,
    #[prop(default = ("/", words::common_explore_listings()))] way_out: (&'static str, &'static str),
    #[prop(optional)] payload: Option<Resource<PagePayload>>,
) -> impl IntoView {
    set_status(error.code.http_status());
    if let (ErrorCode::Unreachable, Some(payload)) = (error.code, payload) {
        use_live().on_reconnect(move || payload.refetch());
    }
    let here = use_location();
    let again = move || format!("{}{}", here.pathname.get(), here.search.get());
    match error.code {
        ErrorCode::NotFound => view! {
            <EmptyState title=error.title() text=words::load_error_gone() art="search">
                <a class="button button--main" href=way_out.0>{way_out.1}</a>
            </EmptyState>
        }
        .into_any(),
        _ => view! {
            <EmptyState title=words::load_error_title() text=error.message art="search">
                // A full load, since a half-loaded app may be the reason.
                <a class="button button--main" rel="external" href=again>{words::common_try_again()}</a>
            </EmptyState>
        }
        .into_any(),
    }
}
