//! What lets the app start without a network: a script that runs beside the pages, and the page
//! without anybody's data that it keeps (docs/decisions/0012-offline.md).

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{assets, state::SiteState};

/// Where the page is that `worker.js` keeps.
pub const PAGE: &str = "/offline";
/// Where the script is: at the root, since it may only serve what lies below it.
pub const WORKER: &str = "/service-worker.js";

/// The script, with the names of this version and its files before it. Its text changes with any of
/// them, which is how a browser learns of a new version. 404 where the site has not been built.
pub async fn worker(State(site): State<SiteState>) -> Response {
    if site.assets.js.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut files = site.assets.all();
    files.extend(assets::pictures().map(|(file, _)| file));
    let files = files.join("', '");
    let script = include_str!("service_worker/worker.js");
    let script = format!(
        "const NAME = 'stoa-{}';\nconst PAGE = '{PAGE}';\nconst FILES = ['{files}'];\n\n{script}",
        site.assets.version
    );
    let headers = [
        (header::CONTENT_TYPE, "text/javascript"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"),
    ];
    (headers, script).into_response()
}
