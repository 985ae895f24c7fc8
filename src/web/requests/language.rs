//! The language of a request: that of its cookie, else what its browser prefers. Whatever is written for it is written in
//! that language, up to the last layer.

use axum::{extract::Request, http::header, middleware::Next, response::Response};

use crate::{
    server::auth::cookies,
    shared::words::{self, Language},
};

/// Middleware: speaks the language of the request.
pub async fn speak(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language =
        Language::of_request(cookies::read(headers, Language::COOKIE), accepted.unwrap_or_default());
    words::speaking(language, next.run(request)).await
}
