//! The service worker: a script that lets the app start without a network, and the page without user data
//! that it caches (docs/decisions/0012-offline.md).

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    shared::words,
    web::{
        assets::{self, look},
        rest::problem::Problem,
        state::SiteState,
    },
};

/// The path of the offline page that `worker.js` caches.
pub const PAGE: &str = "/offline";
/// The path of the script. It lies at the root because a service worker only controls paths below its own.
pub const WORKER: &str = "/service-worker.js";

/// Serves the script, preceded by this version's name and files, the sheet of the look among them, with the words of this browser's language. A change of any
/// of them changes the script, which is how browsers detect a new version. 404 if the site has not been built.
pub async fn worker(State(site): State<SiteState>) -> Response {
    let look = match look::current_url(&site.context).await {
        Ok(look) => look,
        Err(error) => return Problem(error).into_response(),
    };
    if site.assets.js.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut files = site.assets.all();
    let language = words::language();
    files.extend(site.assets.words_of(language).map(|file| file.url.clone()));
    files.extend(assets::public_files().map(|(file, _)| file));
    files.extend(look);
    let files = files.join("', '");
    let (script, title) = (include_str!("worker.js"), words::push_without_text());
    let script = format!(
        "const NAME = 'stoa-{}-{}';\nconst PAGE = '{PAGE}';\nconst FILES = ['{files}'];\nconst TITLE = '{title}';\n\n{script}",
        site.assets.version,
        language.tag()
    );
    let headers = [
        (header::CONTENT_TYPE, "text/javascript"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"),
    ];
    (headers, script).into_response()
}
