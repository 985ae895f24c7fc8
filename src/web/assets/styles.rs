//! The style sheet of code chunks: the styles that the conversation list does not need, as a second sheet
//! beside the one that cargo-leptos bundles (docs/decisions/0010-chunks.md).

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// Concatenates files of `style/` into their cascade layer, as `main.css` does with the other files.
macro_rules! layer {
    ($layer:literal, $($file:literal),+ $(,)?) => {
        concat!("@layer ", $layer, " {\n", $(include_str!(concat!("../../../style/", $file, ".css")), "\n",)+ "}\n")
    };
}

const SHEET: &str = concat!(
    layer!("layout", "page"),
    layer!(
        "components",
        "button_forms",
        "banner",
        "card",
        "skeleton_pages",
        "field",
        "thread",
        "listing_card",
        "thread_header",
        "group",
        "quote",
        "reactions",
        "typing",
        "composer",
        "files",
        "viewer",
        "menu",
        "row_menu",
        "palette",
        "search",
        "dialog",
        "details",
        "orders",
        "order_page"
    ),
    layer!(
        "pages",
        "archive",
        "notifications",
        "notifications_phone",
        "explore",
        "listing_detail",
        "listing_form",
        "my_listings",
        "booking_form",
        "calendar",
        "rooms",
        "operator",
        "look",
        "order_board",
        "cases",
        "webhooks",
        "accounts",
        "settings",
        "api_tokens",
        "docs_page",
        "embed",
        "forced_colors",
        "print",
    ),
);

/// The sheet's URL, with its content hash.
pub static URL: LazyLock<String> =
    LazyLock::new(|| format!("/pkg/chunks.{}.css", super::short_hash(&Sha256::digest(SHEET))));

/// The sheet, if this is its URL. The sheet of another version is not found.
pub fn serve(path: &str) -> Option<Response> {
    let headers = [
        (header::CONTENT_TYPE, "text/css"),
        (header::CACHE_CONTROL, super::CACHE_FOREVER),
        (header::VARY, "accept-encoding"),
    ];
    (path == *URL).then(|| (headers, SHEET).into_response())
}
