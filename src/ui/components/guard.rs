//! Page guards: the redirect to sign-in and the HTTP status of a page. On the server they are a real redirect
//! and a real 404, since pages render before the first byte leaves.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::shared::page::session::{PageSession, path_with_query, sign_in_path};

/// Shows `children` to a signed-in viewer. Others are redirected to sign-in, which leads back to this page.
#[component]
pub fn SignedIn(children: ChildrenFn) -> impl IntoView {
    if expect_context::<PageSession>().viewer.is_some() {
        return children().into_any();
    }
    let location = use_location();
    let page = path_with_query(&location.pathname.get_untracked(), &location.search.get_untracked());
    redirect_to(&sign_in_path(&page));
    ().into_any()
}

fn redirect_to(path: &str) {
    #[cfg(feature = "ssr")]
    if use_context::<leptos_axum::ResponseOptions>().is_some() {
        return leptos_axum::redirect(path);
    }
    use_navigate()(path, Default::default());
}

/// Percent-encodes a path as the value of a query parameter.
pub fn encode_query_value(path: &str) -> String {
    utf8_percent_encode(path, NON_ALPHANUMERIC).to_string()
}

/// Sets the HTTP status of the page on the server. Does nothing in the browser.
pub fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), axum::http::StatusCode::from_u16(status))
    {
        response.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}
