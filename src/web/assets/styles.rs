//! The styles that the list of conversations does without: a second sheet beside the one that cargo-leptos bundles
//! (docs/decisions/0010-chunks.md).

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// Puts files of `style/` into their cascade layer, as `main.css` does with the others.
macro_rules! layer {
    ($layer:literal, $($file:literal),+ $(,)?) => {
        concat!("@layer ", $layer, " {\n", $(include_str!(concat!("../../../style/", $file, ".css")), "\n",)+ "}\n")
    };
}

const SHEET: &str = concat!(
    layer!("components", "listing_card", "group", "typing", "composer", "menu", "dialog", "order"),
    layer!(
        "pages",
        "notifications",
        "explore",
        "listing",
        "listing_form",
        "hosting",
        "booking",
        "room",
        "operator",
        "desk",
        "account",
        "settings",
        "access_tokens",
        "documentation",
    ),
);

/// Its address, with the hash of what is in it.
pub static URL: LazyLock<String> =
    LazyLock::new(|| format!("/pkg/chunks.{}.css", crate::web::assets::short(&Sha256::digest(SHEET))));

/// The sheet, if this is its address; another version's is gone.
pub fn serve(path: &str) -> Option<Response> {
    let headers = [
        (header::CONTENT_TYPE, "text/css"),
        (header::CACHE_CONTROL, crate::web::assets::FOR_EVER),
        (header::VARY, "accept-encoding"),
    ];
    (path == *URL).then(|| (headers, SHEET).into_response())
}
